package recurve.tasks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
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
   * Groups of like length in random order, by the seed and the pass.
   *
   * @param count how many sequences there are
   * @param length the length of each
   * @param rows how many stand together at most
   */
  public static Buckets shuffled(
      int count, IntUnaryOperator length, int rows, Problem.Order order) {
    var random = new SplittableRandom(order.seed() * 1_000_003 + order.epoch());
    Integer[] places = identity(count);
    shuffle(places, random);
    // after the shuffle a stable sort mixes sequences of one length anew in each pass
    Arrays.sort(places, Comparator.comparingInt(length::applyAsInt));
    int[][] groups = groups(places, rows).toArray(int[][]::new);
    shuffle(groups, random);
    return new Buckets(List.of(groups));
  }

  /** Groups of like length, the shortest first. */
  public static Buckets sorted(int count, IntUnaryOperator length, int rows) {
    Integer[] places = identity(count);
    Arrays.sort(places, Comparator.comparingInt(length::applyAsInt));
    return new Buckets(groups(places, rows));
  }

  /** Groups in the order of the text, whatever their lengths. */
  public static Buckets inOrder(int count, int rows) {
    return new Buckets(groups(identity(count), rows));
  }

  private static Integer[] identity(int count) {
    return IntStream.range(0, count).boxed().toArray(Integer[]::new);
  }

  private static List<int[]> groups(Integer[] places, int rows) {
    var groups = new ArrayList<int[]>();
    for (int from = 0; from < places.length; from += rows) {
      int to = Math.min(places.length, from + rows);
      groups.add(Arrays.stream(places, from, to).mapToInt(i -> i).toArray());
    }
    return groups;
  }

  private static <T> void shuffle(T[] items, SplittableRandom random) {
    for (int i = items.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      T swap = items[i];
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
