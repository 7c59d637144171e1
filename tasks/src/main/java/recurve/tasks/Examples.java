package recurve.tasks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import recurve.ir.Tensor;
import recurve.option.Options;
import recurve.task.Batch;
import recurve.task.Batches;
import recurve.task.Problem;

/** The examples of a text, which may be more than memory holds. */
public final class Examples {
  private final IdRows words = new IdRows();
  private final IdRows targets = new IdRows();
  private final IdRows spellings = new IdRows(); // places in the list of those that differ
  private final List<int[]> distinct = new ArrayList<>();
  private final Map<int[], Integer> places = new IdentityHashMap<>();
  private final List<IdRows> features = new ArrayList<>();

  /** Appends one, with as many features as those before it. */
  public void add(Example example) {
    Words.Text text = example.text();
    words.add(text.ids());
    targets.add(example.targets());
    spellings.add(Arrays.stream(text.spellings()).mapToInt(this::place).toArray());
    for (int i = 0; i < text.features().length; i++) {
      if (i == features.size()) features.add(new IdRows());
      features.get(i).add(text.features()[i]);
    }
  }

  private int place(int[] spelling) {
    Integer known = places.putIfAbsent(spelling, distinct.size());
    if (known != null) return known;
    distinct.add(spelling);
    return distinct.size() - 1;
  }

  /** How many there are. */
  public int size() {
    return words.size();
  }

  /** The one at a place. */
  public Example get(int place) {
    int[][] spelt =
        Arrays.stream(spellings.get(place)).mapToObj(distinct::get).toArray(int[][]::new);
    int[][] said = features.stream().map(rows -> rows.get(place)).toArray(int[][]::new);
    return new Example(new Words.Text(words.get(place), spelt, said), targets.get(place));
  }

  /**
   * Batches of like length: in random order to train, else the shortest first.
   *
   * @param padded whether texts of different lengths may stand together
   * @param targets the targets of some examples side by side
   */
  public Batches batches(
      Options options,
      Words words,
      Problem.Purpose purpose,
      Problem.Order order,
      boolean padded,
      Function<List<Example>, Tensor> targets) {
    var most = padded ? Buckets.Most.of(options) : Buckets.Most.of(options).unpadded();
    var lengths = Buckets.Lengths.of(size(), this.words::length);
    Buckets buckets =
        purpose == Problem.Purpose.TRAIN
            ? Buckets.shuffled(lengths, most, order)
            : Buckets.sorted(lengths, most);
    return buckets.batches(
        group -> {
          List<Example> own = Arrays.stream(group).mapToObj(this::get).toList();
          List<Words.Text> texts = own.stream().map(Example::text).toList();
          var inputs = new LinkedHashMap<>(words.inputs(texts));
          inputs.put(Example.TARGETS, targets.apply(own));
          return new Batch(inputs, true, texts.stream().mapToInt(Words.Text::length).sum());
        });
  }
}
