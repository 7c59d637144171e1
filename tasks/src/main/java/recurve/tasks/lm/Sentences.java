package recurve.tasks.lm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import recurve.task.Batch;
import recurve.task.Batches;
import recurve.task.Corpus;
import recurve.task.Problem;
import recurve.tasks.Buckets;
import recurve.tasks.Rows;
import recurve.tasks.Symbols;
import recurve.tasks.Texts;
import recurve.tasks.Vocabulary;

/** Sentences, each from its beginning: those of like length in one batch, padded and masked. */
final class Sentences {
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
    Texts.lines(
        corpus,
        line -> {
          List<String> words = symbols.split(line);
          int[] ids = new int[words.size() + 1];
          for (int i = 0; i < words.size(); i++) {
            known[0] |= vocabulary.knows(words.get(i));
            ids[i] = vocabulary.id(words.get(i));
          }
          ids[words.size()] = eos;
          all.add(ids);
        });
    if (all.isEmpty()) throw Texts.empty(corpus);
    if (!known[0]) throw Texts.unknown(corpus);
    return new Sentences(all, eos);
  }

  /** Batches of like length in random order, by the seed and the pass. */
  Batches shuffled(int rows, Problem.Order order) {
    return Buckets.shuffled(sentences.size(), i -> sentences.get(i).length, rows, order)
        .batches(this::batch);
  }

  /** Batches in the order of the text. */
  Batches inOrder(int rows) {
    return Buckets.inOrder(sentences.size(), rows).batches(this::batch);
  }

  private Batch batch(int[] places) {
    int[][] targets = Arrays.stream(places).mapToObj(sentences::get).toArray(int[][]::new);
    int[][] inputs = Arrays.stream(targets).map(this::delayed).toArray(int[][]::new);
    var tensors =
        Map.of(
            Rows.IDS, Rows.padded(inputs, eos),
            LanguageModel.TARGETS, Rows.padded(targets, Rows.NO_TARGET),
            Rows.LENGTHS, Rows.lengths(targets));
    return new Batch(tensors, true, Rows.count(targets));
  }

  private int[] delayed(int[] sentence) {
    int[] before = new int[sentence.length];
    before[0] = eos;
    System.arraycopy(sentence, 0, before, 1, sentence.length - 1);
    return before;
  }
}
