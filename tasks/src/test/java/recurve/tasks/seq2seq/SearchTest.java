package recurve.tasks.seq2seq;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import recurve.backend.Backend;
import recurve.backend.Reference;
import recurve.cell.Cell;
import recurve.ir.Tensor;
import recurve.option.OptionException;
import recurve.option.Options;
import recurve.plugin.Catalog;
import recurve.task.Corpus;
import recurve.task.Session;
import recurve.tasks.Rows;
import recurve.train.Listener;
import recurve.train.Model;
import recurve.train.Trained;
import recurve.train.Trainer;

/** Against exhaustive search, by probabilities that the forced decoder gives. */
class SearchTest {
  private static final Catalog<Cell> CELLS = Catalog.load(Cell.class);
  private static final int MOST = 3;
  private static final int[][] SOURCES = {{0, 1, 1}, {2}, {1, 0}, {0, 2, 2, 1, 1}};

  /** A model with random weights: of three symbols and an end. */
  private static Trained random(long seed, Map<String, String> options) {
    var all = new LinkedHashMap<String, String>();
    all.putAll(Map.of("cell", "gru", "units", "6", "embedding", "4", "batch", "3"));
    all.putAll(Map.of("epochs", "1", "learning_rate", "0", "init", "uniform", "init_scale", "1.5"));
    all.put("seed", Long.toString(seed));
    all.putAll(options);
    Model model = Model.of(new SequenceToSequence(), CELLS::get).with(all);
    return new Trainer(model, new Reference(), 1)
        .fit(Corpus.lines(List.of("x y\ta b", "y\tb")), Optional.empty(), Listener.SILENT);
  }

  private static Options decoding(Map<String, String> options) {
    return Options.of(new SequenceToSequence().decoding()).with(options);
  }

  private static List<List<Hypothesis>> search(
      Trained trained, Session session, Options decoding, int room) {
    return new Search((Translator) trained.problem(), session, decoding).all(SOURCES, i -> room);
  }

  /** Everything that can be said in at most {@link #MOST} symbols, each with its end. */
  private static List<int[]> everything(Translator translator) {
    int end = translator.end();
    var all = new ArrayList<int[]>();
    var open = new ArrayList<>(List.of(new int[0]));
    while (!open.isEmpty()) {
      int[] y = open.removeFirst();
      int[] ended = Arrays.copyOf(y, y.length + 1);
      ended[y.length] = end;
      all.add(ended);
      if (y.length == MOST) continue;
      for (int id = 0; id < 4; id++) {
        if (id == end) continue;
        int[] longer = Arrays.copyOf(y, y.length + 1);
        longer[y.length] = id;
        open.add(longer);
      }
    }
    return all;
  }

  /** One way of saying something, and what ranks it. */
  private record Way(int[] ids, double score) {}

  private static List<Way> ranked(Trained trained, Session session, int[] source, Options o) {
    var translator = (Translator) trained.problem();
    List<int[]> all = everything(translator);
    int[][] sources = new int[all.size()][];
    Arrays.fill(sources, source);
    int[][] previous =
        all.stream()
            .map(
                y -> {
                  int[] before = new int[y.length];
                  before[0] = translator.start();
                  System.arraycopy(y, 0, before, 1, y.length - 1);
                  return before;
                })
            .toArray(int[][]::new);
    var inputs = new LinkedHashMap<>(Rows.inputs(sources));
    inputs.put(Network.PREVIOUS, Rows.padded(previous, 0));
    Map<String, Tensor> out = session.run(inputs);
    Tensor logp = Objects.requireNonNull(out.get(Translator.LOG_PROBABILITIES)); // [U, N, 4]
    Tensor looks = Objects.requireNonNull(out.get(Translator.ALIGNMENT)); // [U, N, S]
    double alpha = o.get(Search.LENGTH_PENALTY), beta = o.get(Search.COVERAGE_PENALTY);
    var ways = new ArrayList<Way>();
    for (int i = 0; i < all.size(); i++) {
      int[] y = all.get(i);
      double sum = 0;
      double[] seen = new double[source.length];
      for (int t = 0; t < y.length; t++) {
        sum += logp.at((t * all.size() + i) * 4 + y[t]);
        for (int s = 0; s < seen.length; s++) {
          seen[s] += looks.at((t * all.size() + i) * seen.length + s);
        }
      }
      double score = sum / Math.pow((5.0 + y.length) / 6, alpha);
      for (double v : seen) score += beta * Math.log(Math.min(v, 1));
      ways.add(new Way(y, score));
    }
    ways.sort(Comparator.comparingDouble(w -> -w.score));
    return ways;
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, lstm, reference",
    "0.8, 0, gru, vector",
    "1.2, 0.3, lstm, vector",
    "0, 0, lstm, vector"
  })
  void aFullBeamFindsTheBestOfEverythingThatCanBeSaid(
      String alpha, String beta, String cell, String backend) {
    // of 40 ways no more than 40 can be alive at once, so that nothing is dropped
    Options o =
        decoding(
            Map.of("beam", "40", "nbest", "7", "length_penalty", alpha, "coverage_penalty", beta));
    Backend on = Catalog.load(Backend.class).get(backend);
    for (int seed = 0; seed < 2; seed++) {
      Trained trained = random(seed, Map.of("coverage", "true", "decoder_cell", cell));
      var translator = (Translator) trained.problem();
      try (Session session = trained.session(on, 1)) {
        List<List<Hypothesis>> found = search(trained, session, o, MOST);
        var search = new Search(translator, session, o);
        for (int i = 0; i < SOURCES.length; i++) {
          List<Way> ways = ranked(trained, session, SOURCES[i], o);
          assertEquals(40, ways.size());
          for (int n = 0; n < 7; n++) {
            Hypothesis h = found.get(i).get(n);
            assertArrayEquals(ways.get(n).ids, h.ids(), "source " + i + ", place " + n);
            assertEquals(ways.get(n).score, search.score(h, SOURCES[i].length), 1e-4);
          }
        }
      }
    }
  }

  /** A beam of one takes the likeliest symbol each time, by the forced decoder's probabilities. */
  @ParameterizedTest
  @ValueSource(strings = {"none", "general", "additive"})
  void aBeamOfOneIsGreedy(String attention) {
    for (int seed = 0; seed < 4; seed++) {
      Trained trained = random(seed, Map.of("attention", attention));
      var translator = (Translator) trained.problem();
      try (Session session = trained.session(new Reference(), 1)) {
        List<List<Hypothesis>> found = search(trained, session, decoding(Map.of()), 6);
        for (int i = 0; i < SOURCES.length; i++) {
          int[] said = found.get(i).getFirst().ids();
          assertEquals(translator.end(), said[said.length - 1]);
          int[] before = new int[said.length];
          before[0] = translator.start();
          System.arraycopy(said, 0, before, 1, said.length - 1);
          var inputs = new LinkedHashMap<>(Rows.inputs(new int[][] {SOURCES[i]}));
          inputs.put(Network.PREVIOUS, Rows.padded(new int[][] {before}, 0));
          Tensor logp =
              Objects.requireNonNull(session.run(inputs).get(Translator.LOG_PROBABILITIES));
          for (int t = 0; t < Math.min(said.length, 6); t++) { // the seventh has to be the end
            for (int id = 0; id < 4; id++) {
              assertTrue(logp.at(t * 4 + id) <= logp.at(t * 4 + said[t]) + 1e-6);
            }
          }
        }
      }
    }
  }

  @Test
  void widerBeamsAreNoWorseHere() {
    Trained trained = random(5, Map.of());
    var translator = (Translator) trained.problem();
    try (Session session = trained.session(new Reference(), 1)) {
      double one = 0, all = 0;
      for (int i = 0; i < SOURCES.length; i++) {
        one += search(trained, session, decoding(Map.of()), MOST).get(i).getFirst().logp();
        all +=
            search(trained, session, decoding(Map.of("beam", "40")), MOST).get(i).getFirst().logp();
      }
      assertTrue(all >= one - 1e-9, all + " " + one);
      assertFalse(translator.isUnknown(translator.end()));
    }
  }

  @Test
  void lengthsAndRepetitionsAreKept() {
    for (int seed = 0; seed < 4; seed++) {
      Trained trained = random(seed, Map.of());
      try (Session session = trained.session(new Reference(), 1)) {
        Options o = decoding(Map.of("beam", "3", "min_length", "4", "max_length", "5"));
        for (List<Hypothesis> best : search(trained, session, o, 99)) {
          int symbols = best.getFirst().size() - 1;
          assertTrue(symbols == 4 || symbols == 5, symbols + " symbols");
        }
        Options once = decoding(Map.of("min_length", "9", "max_length", "9", "no_repeat", "2"));
        for (List<Hypothesis> best : search(trained, session, once, 99)) {
          int[] y = best.getFirst().ids();
          var pairs = new ArrayList<List<Integer>>();
          for (int t = 0; t + 2 < y.length; t++) pairs.add(List.of(y[t], y[t + 1]));
          assertEquals(pairs.size(), pairs.stream().distinct().count(), pairs.toString());
        }
      }
    }
  }

  @Test
  void whatCannotBeAskedIsTold() {
    Trained trained = random(1, Map.of("attention", "none"));
    try (Session session = trained.session(new Reference(), 1)) {
      for (var wrong :
          Map.of(
                  Map.of("nbest", "2"), "option nbest is 2 but the beam is 1. Widen beam",
                  Map.of("min_length", "5", "max_length", "4"),
                      "option min_length is 5 but max_length is 4",
                  Map.of("coverage_penalty", "1"),
                      "coverage_penalty asks where attention looked, and the model has none")
              .entrySet()) {
        var e =
            assertThrows(
                OptionException.class, () -> search(trained, session, decoding(wrong.getKey()), 5));
        assertEquals(wrong.getValue(), e.getMessage());
      }
    }
  }
}
