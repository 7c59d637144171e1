package recurve.tasks.lm;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import recurve.task.Batch;
import recurve.task.Batches;
import recurve.task.Corpus;
import recurve.task.Problem;
import recurve.tasks.Buckets;
import recurve.tasks.IdRows;
import recurve.tasks.Rows;
import recurve.tasks.Symbols;
import recurve.tasks.Texts;
import recurve.tasks.Vocabulary;

/** Sentences, each from its beginning: those of like length in one batch, padded and masked. */
final class Sentences {
  private final IdRows sentences; // ids with the end of the sentence
  private final int eos;

  private Sentences(IdRows sentences, int eos) {
    this.sentences = sentences;
    this.eos = eos;
  }

  static Sentences read(Symbols symbols, Vocabulary vocabulary, Corpus corpus) {
    int eos = vocabulary.id(Vocabulary.EOS);
    var all = new IdRows();
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
    if (all.size() == 0) throw Texts.empty(corpus);
    if (!known[0]) throw Texts.unknown(corpus);
    return new Sentences(all, eos);
  }

  /** Batches of like length in random order, by the seed and the pass. */
  Batches shuffled(Buckets.Most most, Problem.Order order) {
    return Buckets.shuffled(lengths(), most, order).batches(this::batch);
  }

  /** Batches in the order of the text. */
  Batches inOrder(Buckets.Most most) {
    return Buckets.inOrder(lengths(), most).batches(this::batch);
  }

  private Buckets.Lengths lengths() {
    return Buckets.Lengths.of(sentences.size(), sentences::length);
  }

  private Batch batch(int[] places) {
    int[][] targets = sentences.at(places);
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
