package recurve.tasks.tag;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import recurve.backend.Backend;
import recurve.backend.CompileOptions;
import recurve.backend.Reference;
import recurve.cell.Scope;
import recurve.cell.Sequence;
import recurve.ir.DType;
import recurve.ir.Graph;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.plugin.Catalog;
import recurve.transform.Gradient;

/** The field, on the graph and on the host, against sums over all sequences of tags. */
class CrfTest {
  /** A batch of random scores and a random field, with everything that the graph makes of it. */
  private static final class Sample {
    final int tags;
    final int[] lengths;
    final int[][] gold;
    final double[][][] e; // [B][T][K]
    final Chain chain;
    final Map<String, Tensor> results = new LinkedHashMap<>();

    Sample(int tags, long seed, Backend backend, DType dtype, int... lengths) {
      this.tags = tags;
      this.lengths = lengths;
      var random = new Random(seed);
      int rows = lengths.length, steps = Arrays.stream(lengths).max().orElseThrow();
      this.e = new double[rows][][];
      this.gold = new int[rows][];
      double[] scores = new double[steps * rows * tags];
      int[] targets = new int[steps * rows];
      Arrays.fill(scores, 1e6); // past a row's length, where nobody should look
      Arrays.fill(targets, -1);
      for (int b = 0; b < rows; b++) {
        e[b] = new double[lengths[b]][tags];
        gold[b] = random.ints(lengths[b], 0, tags).toArray();
        for (int t = 0; t < lengths[b]; t++) {
          targets[t * rows + b] = gold[b][t];
          for (int j = 0; j < tags; j++) {
            e[b][t][j] = scores[(t * rows + b) * tags + j] = 2 * random.nextGaussian();
          }
        }
      }
      Scope scope = Scope.root(Scope.Mode.TRAIN, Scope.Carry.FRESH, dtype);
      Value x = scope.input("e", dtype, Shape.of(steps, rows, tags));
      Value n = scope.input("lengths", DType.I32, Shape.of(rows));
      Value y = scope.input("y", DType.I32, Shape.of(steps, rows));
      Crf crf = Crf.of(scope, tags);
      var sequence = new Sequence(x, Optional.of(n));
      Value partition = crf.logPartition(sequence), score = crf.score(sequence, y);
      Value all = partition.total();
      Value best = Viterbi.best(sequence, crf.stacked());
      Gradient.Result gradient =
          Gradient.of(all, List.of(x), List.of(partition, score, crf.stacked(), best));
      var outputs = new LinkedHashMap<String, Value>();
      outputs.put("partition", gradient.others().get(0));
      outputs.put("score", gradient.others().get(1));
      outputs.put("stacked", gradient.others().get(2));
      outputs.put("best", gradient.others().get(3));
      outputs.put("marginals", gradient.gradients().get(0));
      Graph graph = Graph.of(scope.arguments(), outputs);
      try (var program = backend.compile(graph, CompileOptions.threads(1))) {
        for (Scope.Parameter p : scope.parameters()) {
          int[] dims = p.value().shape().dims().stream().mapToInt(d -> (int) d.number()).toArray();
          int size = Arrays.stream(dims).reduce(1, (a, b) -> a * b);
          double[] v = random.doubles(size, -2, 2).toArray();
          program.write(p.name(), Tensor.of(v, dims).cast(dtype));
        }
        program.write("e", Tensor.of(scores, steps, rows, tags).cast(dtype));
        program.write("lengths", Tensor.of(lengths, rows));
        program.write("y", Tensor.of(targets, steps, rows));
        program.run();
        for (String name : graph.names()) results.put(name, program.read(name));
      }
      this.chain = Chain.of(results.get("stacked"));
    }

    double score(int b, int[] y) {
      double sum = chain.start()[y[0]] + chain.end()[y[y.length - 1]];
      for (int t = 0; t < y.length; t++) {
        sum += e[b][t][y[t]] + (t == 0 ? 0 : chain.transitions()[y[t - 1]][y[t]]);
      }
      return sum;
    }

    double logPartition(int b) {
      double sum = 0;
      for (int[] y : sequences(tags, lengths[b])) sum += Math.exp(score(b, y));
      return Math.log(sum);
    }
  }

  /** All sequences of so many tags. */
  private static List<int[]> sequences(int tags, int length) {
    var all = new ArrayList<int[]>();
    for (int code = 0; code < Math.pow(tags, length); code++) {
      int[] y = new int[length];
      for (int t = 0, rest = code; t < length; t++, rest /= tags) y[t] = rest % tags;
      all.add(y);
    }
    return all;
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 2", "3, 3", "4, 4", "5, 5"})
  void thePartitionAndTheMarginalsAreSumsOverAllSequences(int tags, long seed) {
    var sample = new Sample(tags, seed, new Reference(), DType.F64, 4, 1, 5, 2, 3);
    double gold = 0;
    for (int b = 0; b < sample.lengths.length; b++) {
      double partition = sample.logPartition(b);
      assertEquals(partition, sample.results.get("partition").at(b), 1e-10);
      gold += sample.score(b, sample.gold[b]);
      double[][] marginals = sample.chain.marginals(sample.e[b]);
      for (int t = 0; t < 5; t++) {
        for (int j = 0; j < tags; j++) {
          double want = 0;
          if (t < sample.lengths[b]) {
            for (int[] y : sequences(tags, sample.lengths[b])) {
              if (y[t] == j) want += Math.exp(sample.score(b, y) - partition);
            }
            assertEquals(want, marginals[t][j], 1e-10);
          }
          // the derivative of log Z by a score is the tag's probability; of padding it is zero
          int at = (t * sample.lengths.length + b) * tags + j;
          assertEquals(want, sample.results.get("marginals").at(at), 1e-10);
        }
      }
    }
    assertEquals(gold, sample.results.get("score").item(), 1e-10);
  }

  @Test
  void theFastBackendAgrees() {
    var exact = new Sample(13, 7, new Reference(), DType.F64, 6, 1, 9);
    var fast = new Sample(13, 7, Catalog.load(Backend.class).get("vector"), DType.F32, 6, 1, 9);
    for (String name : exact.results.keySet()) {
      Tensor want = exact.results.get(name), got = fast.results.get(name);
      for (int i = 0; i < want.size(); i++) {
        assertEquals(want.at(i), got.at(i), 1e-5 * Math.max(1, Math.abs(want.at(i))), name);
      }
    }
  }

  /** On every backend; past a row's length it is zero. */
  @ParameterizedTest
  @ValueSource(strings = {"reference", "vector"})
  void theBestSequenceIsFoundInTheGraphToo(String backend) {
    for (int seed = 0; seed < 20; seed++) {
      Backend fast = Catalog.load(Backend.class).get(backend);
      int tags = 1 + seed % 5;
      var sample = new Sample(tags, seed, fast, DType.F32, 4, 1, 5, 2);
      Tensor best = sample.results.get("best");
      assertArrayEquals(new int[] {5, 4}, best.dims());
      for (int b = 0; b < 4; b++) {
        int[] want = {};
        for (int[] y : sequences(tags, sample.lengths[b])) {
          if (want.length == 0 || sample.score(b, y) > sample.score(b, want)) want = y;
        }
        assertArrayEquals(want, sample.chain.best(sample.e[b]));
        for (int t = 0; t < 5; t++) {
          assertEquals(t < want.length ? want[t] : 0, best.ints()[t * 4 + b], backend + seed);
        }
      }
    }
  }

  private static List<String> tags(Scheme scheme) {
    return switch (scheme) {
      case NONE -> List.of("A", "B", "C", "D", "E");
      case IOB1, BIO -> List.of("O", "B-x", "I-x", "B-y", "I-y");
      case BIOES -> List.of("O", "B-x", "I-x", "E-x", "S-x", "S-y");
    };
  }

  @ParameterizedTest
  @EnumSource(Scheme.class)
  void theBestSequenceIsTheBestOfAllThatKeepToTheScheme(Scheme scheme) {
    List<String> tags = tags(scheme);
    for (int seed = 0; seed < 10; seed++) {
      var sample = new Sample(tags.size(), seed, new Reference(), DType.F64, 4, 1, 5);
      for (int b = 0; b < 3; b++) {
        int[] best = {};
        for (int[] y : sequences(tags.size(), sample.lengths[b])) {
          if (!keeps(scheme, Arrays.stream(y).mapToObj(tags::get).toList())) continue;
          if (best.length == 0 || sample.score(b, y) > sample.score(b, best)) best = y;
        }
        assertArrayEquals(best, sample.chain.within(scheme, tags).best(sample.e[b]));
      }
    }
  }

  /** In their order, with their scores and how many there are; of a chain without links too. */
  @ParameterizedTest
  @EnumSource(Scheme.class)
  void theBestReadingsAreTheBestOfAll(Scheme scheme) {
    List<String> tags = tags(scheme).subList(0, 4);
    for (int seed = 0; seed < 5; seed++) {
      var sample = new Sample(tags.size(), seed, new Reference(), DType.F64, 4, 1, 5);
      for (int b = 0; b < 3; b++) {
        int row = b;
        List<int[]> kept =
            sequences(tags.size(), sample.lengths[b]).stream()
                .filter(y -> keeps(scheme, Arrays.stream(y).mapToObj(tags::get).toList()))
                .sorted(Comparator.comparingDouble(y -> -sample.score(row, y)))
                .toList();
        for (int n : new int[] {1, 3, 10_000}) {
          List<Chain.Path> best = sample.chain.within(scheme, tags).best(sample.e[b], n);
          assertEquals(Math.min(n, kept.size()), best.size());
          for (int i = 0; i < best.size(); i++) {
            assertArrayEquals(kept.get(i), best.get(i).tags());
            assertEquals(sample.score(b, kept.get(i)), best.get(i).score(), 1e-10);
          }
        }
        assertEquals(sample.logPartition(b), sample.chain.logPartition(sample.e[b]), 1e-10);
      }
    }
  }

  /** Of a softmax the probability of a reading is the product of those of its tags. */
  @Test
  void readingsHaveTheirProbabilities() {
    double[][] p = {{0.7, 0.3}, {0.2, 0.8}};
    double[] scores = new double[4];
    for (int i = 0; i < 4; i++) scores[i] = Math.log(p[i / 2][i % 2]);
    var decoder = new Decoder(List.of("A", "B"), Tagging.Head.SOFTMAX, Scheme.NONE);
    List<Decoder.Reading> best =
        decoder.decode(name -> Tensor.of(scores, 2, 1, 2), new int[] {2}, 5).get(0);
    double[] want = {0.56, 0.24, 0.14, 0.06};
    assertEquals(4, best.size());
    for (int i = 0; i < 4; i++) assertEquals(want[i], best.get(i).probability(), 1e-12);
    assertArrayEquals(new int[] {0, 1}, best.get(0).tags());
  }

  /** By the definition of the schemes as patterns over a sentence. */
  private static boolean keeps(Scheme scheme, List<String> tags) {
    String text = String.join(" ", tags) + " ";
    return switch (scheme) {
      case NONE -> true;
      case BIO -> text.matches("(O |B-x (I-x )*|B-y (I-y )*)*");
      case BIOES -> text.matches("(O |S-x |S-y |B-x (I-x )*E-x )*");
      case IOB1 -> {
        boolean kept = true;
        for (int t = 0; t < tags.size(); t++) {
          if (!tags.get(t).startsWith("B")) continue;
          kept &= t > 0 && tags.get(t - 1).endsWith(tags.get(t).substring(1));
        }
        yield kept;
      }
    };
  }

  @Test
  void aSchemeIsKnownByItsTagsAndCompleted() {
    assertEquals(Scheme.BIO, Scheme.of(Scheme.Choice.AUTO, List.of("O", "B-x", "I-x")));
    assertEquals(Scheme.BIOES, Scheme.of(Scheme.Choice.AUTO, List.of("S-x", "B-x", "E-x")));
    assertEquals(Scheme.NONE, Scheme.of(Scheme.Choice.AUTO, List.of("NOUN", "B-x")));
    assertEquals(Scheme.NONE, Scheme.of(Scheme.Choice.AUTO, List.of("O", "X")));
    assertEquals(List.of("B-x", "O", "I-x"), Scheme.BIO.completed(List.of("B-x", "O")));
    assertEquals(List.of("NOUN"), Scheme.NONE.completed(List.of("NOUN")));
    assertTrue(Scheme.BIOES.follows("O", "S-x") && !Scheme.BIOES.follows("B-x", "O"));
  }
}
