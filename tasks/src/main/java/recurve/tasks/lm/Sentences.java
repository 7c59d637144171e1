package recurve.tasks.lm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import recurve.ir.Tensor;
import recurve.task.Batch;
import recurve.task.Batches;
import recurve.task.Corpus;
import recurve.task.Problem;
import recurve.tasks.Vocabulary;

/** Sentences, each from its beginning: those of like length in one batch, padded and masked. */
final class Sentences {
  private static final int PADDING = -1; // no target: no loss, no gradient
  private final List<int[]> sentences; // ids with the end of the sentence
  private final int eos;

  private Sentences(List<int[]> sentences, int eos) {
    this.sentences = sentences;
    this.eos = eos;
  }

  static Sentences read(Symbols symbols, Vocabulary vocabulary, Corpus corpus) {
    int eos = vocabulary.id(Vocabulary.EOS);
    var all = new ArrayList<int[]>();
    boolean[] known = {false};
    symbols.read(
        corpus,
        line -> {
          List<String> words = line.symbols();
          int[] ids = new int[words.size() + 1];
          for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            known[0] |= vocabulary.contains(word) && !word.equals(Vocabulary.UNKNOWN);
            ids[i] = vocabulary.id(word);
          }
          ids[words.size()] = eos;
          all.add(ids);
        });
    if (all.isEmpty()) throw Symbols.empty(corpus);
    if (!known[0]) throw Symbols.unknown(corpus);
    return new Sentences(all, eos);
  }

  /** Batches of like length in random order, by the seed and the pass. */
  Batches shuffled(int rows, Problem.Order order) {
    var random = new SplittableRandom(order.seed() * 1_000_003 + order.epoch());
    Integer[] indices = identity();
    shuffle(indices, random);
    // after the shuffle a stable sort mixes sentences of one length anew in each pass
    Arrays.sort(indices, Comparator.comparingInt(i -> sentences.get(i).length));
    List<int[][]> groups = groups(indices, rows);
    int[][][] mixed = groups.toArray(int[][][]::new);
    shuffle(mixed, random);
    return batches(List.of(mixed));
  }

  /** Batches in the order of the text. */
  Batches inOrder(int rows) {
    return batches(groups(identity(), rows));
  }

  private Integer[] identity() {
    Integer[] indices = new Integer[sentences.size()];
    Arrays.setAll(indices, i -> i);
    return indices;
  }

  private List<int[][]> groups(Integer[] indices, int rows) {
    var groups = new ArrayList<int[][]>();
    for (int from = 0; from < indices.length; from += rows) {
      int to = Math.min(indices.length, from + rows);
      groups.add(Arrays.stream(indices, from, to).map(sentences::get).toArray(int[][]::new));
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

  private Batches batches(List<int[][]> groups) {
    return new Batches() {
      @Override
      public int size() {
        return groups.size();
      }

      @Override
      public Batch get(int index) {
        return batch(groups.get(index));
      }
    };
  }

  private Batch batch(int[][] rows) {
    int steps = Arrays.stream(rows).mapToInt(r -> r.length).max().orElseThrow();
    int[] x = new int[steps * rows.length], y = new int[steps * rows.length];
    int[] lengths = new int[rows.length];
    Arrays.fill(x, eos);
    Arrays.fill(y, PADDING);
    int tokens = 0;
    for (int b = 0; b < rows.length; b++) {
      lengths[b] = rows[b].length;
      tokens += rows[b].length;
      for (int t = 0; t < rows[b].length; t++) {
        x[t * rows.length + b] = t == 0 ? eos : rows[b][t - 1];
        y[t * rows.length + b] = rows[b][t];
      }
    }
    var inputs =
        Map.of(
            LanguageModel.IDS, Tensor.of(x, steps, rows.length),
            LanguageModel.TARGETS, Tensor.of(y, steps, rows.length),
            LanguageModel.LENGTHS, Tensor.of(lengths, rows.length));
    return new Batch(inputs, true, tokens);
  }
}
