package recurve.tasks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import recurve.option.Options;
import recurve.task.Batch;
import recurve.task.Batches;
import recurve.task.Problem;

/**
 * Which sequences stand together in a batch: those of like length, so that little is padded.
 *
 * @param groups the places of a batch's sequences in the text, one array for each batch
 */
public record Buckets(List<int[]> groups) {
  public Buckets {
    groups = List.copyOf(groups);
  }

  /**
   * How much stands together at most.
   *
   * @param rows sequences; not looked at where symbols count
   * @param symbols of a batch with its padding, or 0 where rows count; what is longer stands alone
   * @param padded whether sequences of different lengths may stand together
   */
  public record Most(int rows, int symbols, boolean padded) {
    /** Of lengths that may differ. */
    public Most(int rows, int symbols) {
      this(rows, symbols, true);
    }

    /** The same of sequences of one length. */
    public Most unpadded() {
      return new Most(rows, symbols, false);
    }

    /** As many sequences. */
    public static Most rows(int rows) {
      return new Most(rows, 0);
    }

    /** What the options say. */
    public static Most of(Options options) {
      return new Most(options.get(Batches.BATCH), options.get(Batches.BATCH_TOKENS));
    }

    private boolean holds(int rows, int longest) {
      return symbols == 0 ? rows <= this.rows : rows == 1 || (long) rows * longest <= symbols;
    }
  }

  /**
   * The sequences of a text.
   *
   * @param count how many there are
   * @param order what the sequence at a place is sorted by
   * @param length how many symbols it takes up
   */
  public record Lengths(int count, IntUnaryOperator order, IntUnaryOperator length) {
    /** Sequences that are sorted by their length. */
    public static Lengths of(int count, IntUnaryOperator length) {
      return new Lengths(count, length, length);
    }
  }

  /** Groups of like length in random order, by the seed and the pass. */
  public static Buckets shuffled(Lengths lengths, Most most, Problem.Order order) {
    var random = new SplittableRandom(order.seed() * 1_000_003 + order.epoch());
    int[] places = IntStream.range(0, lengths.count).toArray();
    shuffle(places, random);
    // after the shuffle a stable sort mixes sequences of one length anew in each pass
    int[][] groups = groups(sorted(places, lengths), lengths, most).toArray(int[][]::new);
    int[] turns = IntStream.range(0, groups.length).toArray();
    shuffle(turns, random);
    return new Buckets(Arrays.stream(turns).mapToObj(i -> groups[i]).toList());
  }

  /** Groups of like length, the shortest first. */
  public static Buckets sorted(Lengths lengths, Most most) {
    int[] places = IntStream.range(0, lengths.count).toArray();
    return new Buckets(groups(sorted(places, lengths), lengths, most));
  }

  /** Groups in the order of the text, whatever their lengths. */
  public static Buckets inOrder(Lengths lengths, Most most) {
    return new Buckets(groups(IntStream.range(0, lengths.count).toArray(), lengths, most));
  }

  /** A stable sort of a few bytes a sequence: a text may have very many. */
  private static int[] sorted(int[] places, Lengths lengths) {
    long[] keys = new long[places.length]; // what is sorted by, then where it stood
    for (int i = 0; i < keys.length; i++) {
      keys[i] = ((long) lengths.order.applyAsInt(places[i]) << 32) | i;
    }
    Arrays.sort(keys);
    return Arrays.stream(keys).mapToInt(key -> places[(int) key]).toArray();
  }

  private static List<int[]> groups(int[] places, Lengths lengths, Most most) {
    var groups = new ArrayList<int[]>();
    int from = 0, longest = 0;
    for (int i = 0; i < places.length; i++) {
      int length = lengths.length.applyAsInt(places[i]);
      boolean apart = !most.padded && i > from && length != longest;
      if (apart || !most.holds(i + 1 - from, Math.max(longest, length))) {
        groups.add(Arrays.copyOfRange(places, from, i));
        from = i;
        longest = 0;
      }
      longest = Math.max(longest, length);
    }
    if (from < places.length) groups.add(Arrays.copyOfRange(places, from, places.length));
    return groups;
  }

  private static void shuffle(int[] items, SplittableRandom random) {
    for (int i = items.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swap = items[i];
      items[i] = items[j];
      items[j] = swap;
    }
  }

  /** The batches that these groups make. */
  public Batches batches(Function<int[], Batch> batch) {
    return new Batches() {
      @Override
      public int size() {
        return groups.size();
      }

      @Override
      public Batch get(int index) {
        return batch.apply(groups.get(index));
      }
    };
  }
}
