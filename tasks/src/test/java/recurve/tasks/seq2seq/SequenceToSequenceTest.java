package recurve.tasks.seq2seq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import recurve.backend.Backend;
import recurve.backend.Reference;
import recurve.cell.Cell;
import recurve.cell.Scope;
import recurve.io.onnx.OnnxExport;
import recurve.io.onnx.OnnxOptions;
import recurve.ir.DType;
import recurve.ir.Graph;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.option.OptionException;
import recurve.option.Options;
import recurve.plugin.Catalog;
import recurve.task.Corpus;
import recurve.task.Problem;
import recurve.task.Report;
import recurve.task.Session;
import recurve.tasks.Rows;
import recurve.tck.OnnxRuntime;
import recurve.train.Listener;
import recurve.train.Model;
import recurve.train.Trained;
import recurve.train.Trainer;

class SequenceToSequenceTest {
  private static final Catalog<Cell> CELLS = Catalog.load(Cell.class);
  private static final Backend FAST = Catalog.load(Backend.class).get("vector");
  private static final List<String> WORDS = List.of("null", "eins", "zwei", "drei", "vier");

  private static Trained reversing;

  /** Numbers in words, and their digits from the last to the first. */
  private static List<String> language(int lines, long seed) {
    var random = new Random(seed);
    var all = new ArrayList<String>();
    for (int i = 0; i < lines; i++) {
      var source = new ArrayList<String>();
      var target = new ArrayList<String>();
      for (int n = 1 + random.nextInt(5); n > 0; n--) {
        int digit = random.nextInt(WORDS.size());
        source.add(WORDS.get(digit));
        target.addFirst(Integer.toString(digit));
      }
      all.add(String.join(" ", source) + "\t" + String.join(" ", target));
    }
    return all;
  }

  private static Trained train(List<String> lines, Map<String, String> options) {
    var all = new LinkedHashMap<String, String>();
    all.putAll(Map.of("cell", "gru", "units", "24", "bidirectional", "true", "batch", "16"));
    all.putAll(Map.of("epochs", "10", "learning_rate", "0.03", "clip_norm", "5"));
    all.put("schedule", "cosine");
    all.putAll(options);
    Model model = Model.of(new SequenceToSequence(), CELLS::get).with(all);
    return new Trainer(model, FAST, 1).fit(Corpus.lines(lines), Optional.empty(), Listener.SILENT);
  }

  @BeforeAll
  static void train() {
    reversing = train(language(400, 1), Map.of());
  }

  private static List<String> predict(Trained trained, List<String> input, String... options) {
    var given = new LinkedHashMap<String, String>();
    for (int i = 0; i < options.length; i += 2) given.put(options[i], options[i + 1]);
    Options decoding = Options.of(new SequenceToSequence().decoding()).with(given);
    try (Session session = trained.session(FAST, 1)) {
      return trained.problem().predict(session, Corpus.lines(input), decoding).toList();
    }
  }

  @Test
  void aReversingLanguageIsLearntAndAttentionGoesBackwards() {
    List<String> test = language(60, 2);
    Report report = reversing.evaluate(Corpus.lines(test), FAST, 1);
    assertTrue(report.get("exact_match") > 95, report.figures().toString());
    List<String> said = predict(reversing, test); // up to the tab, the rest is passed over
    long right = 0;
    for (int i = 0; i < said.size(); i++) {
      if (test.get(i).split("\t")[1].equals(said.get(i))) right++;
    }
    assertEquals(report.get("exact_match"), 100.0 * right / test.size(), 1e-9);
    int looks = 0, backwards = 0;
    for (String line : predict(reversing, test, "alignments", "true")) {
      String[] pairs = line.split("\t")[1].split(" ");
      for (int t = 0; t < pairs.length; t++) {
        assertTrue(pairs[t].endsWith("-" + t), line);
        looks++;
        if (pairs[t].equals(pairs.length - 1 - t + "-" + t)) backwards++;
      }
    }
    assertTrue(backwards > 0.75 * looks, backwards + " of " + looks);
  }

  /**
   * What the graph says to itself, in the evaluation, is what the search finds with a beam of 1.
   */
  @ParameterizedTest
  @CsvSource({"none, false", "dot, false", "general, true", "additive, false", "multi-head, true"})
  void theFreeDecoderIsTheGreedySearch(String attention, boolean feed) {
    var options =
        Map.of(
            "attention", attention,
            "input_feed", Boolean.toString(feed),
            "epochs", "2",
            "units", "16",
            "decoder_units", "32",
            "decoder_layers", "2");
    Trained trained = train(language(100, 3), options);
    Corpus test = Corpus.lines(language(50, 4));
    Report free = trained.evaluate(test, FAST, 1);
    Options greedy = Options.of(new SequenceToSequence().decoding()).with(Map.of("beam", "1"));
    try (Session session = trained.session(FAST, 1)) {
      Report found = trained.problem().evaluate(session, test, greedy).orElseThrow();
      found.figures().forEach((name, v) -> assertEquals(v, free.get(name), 1e-9, name));
      assertTrue(free.get("symbol_error_rate") > 0, "nothing to tell apart");
      assertEquals(found.tables(), free.tables());
    }
  }

  @Test
  void linesStandWhereTheirSourcesStood() {
    List<String> said = predict(reversing, List.of("eins", "", "zwei drei eins", "  ", "vier"));
    assertEquals(List.of("1", "", "1 3 2", "", "4"), said);
    List<String> several =
        predict(
            reversing, List.of("eins", "zwei drei"), "beam", "4", "nbest", "3", "scores", "true");
    assertEquals(8, several.size());
    assertEquals("", several.get(3));
    assertEquals("1", several.get(0).split("\t")[0]);
    double first = Double.parseDouble(several.get(0).split("\t")[1]);
    double second = Double.parseDouble(several.get(1).split("\t")[1]);
    assertTrue(first <= 0 && second <= first, several.toString());
  }

  @Test
  void anUnknownSymbolIsReplacedByTheAttendedSource() {
    // rare names are copied: each is unknown, so that <unk> is what is learnt for them
    var random = new Random(5);
    var lines = new ArrayList<String>();
    for (int i = 0; i < 300; i++) {
      String name = "n" + i, word = WORDS.get(random.nextInt(5));
      lines.add(
          random.nextBoolean()
              ? name + " " + word + "\t" + word + " " + name
              : word + " " + name + "\t" + name + " " + word);
    }
    Trained copying = train(lines, Map.of("min_count", "2", "epochs", "8"));
    assertEquals(List.of("zwei <unk>"), predict(copying, List.of("otto zwei")));
    assertEquals(
        List.of("zwei otto"), predict(copying, List.of("otto zwei"), "replace_unknown", "true"));
  }

  @Test
  void aHeatMapIsDrawn(@TempDir Path folder) throws Exception {
    Path svg = folder.resolve("map.svg");
    predict(reversing, List.of("eins zwei", "drei"), "heatmap", svg.toString());
    String text = Files.readString(svg);
    assertTrue(text.contains(">eins<") && text.contains(">3<"), text);
    assertEquals(1 + 2 * 3 + 2, text.split("<rect").length - 1);
  }

  @Test
  void withoutAttentionThereIsNothingToShow() {
    Trained blind = train(language(20, 1), Map.of("attention", "none", "epochs", "1"));
    for (String option : List.of("alignments", "replace_unknown")) {
      var e =
          assertThrows(
              OptionException.class, () -> predict(blind, List.of("eins"), option, "true"));
      assertTrue(e.getMessage().contains("trained with attention none"), e.getMessage());
    }
  }

  @Test
  void aDecoderThatReadsBackwardsIsRefused() {
    var e =
        assertThrows(
            OptionException.class,
            () -> train(language(5, 1), Map.of("decoder_bidirectional", "true")));
    assertTrue(e.getMessage().startsWith("a decoder cannot be bidirectional"), e.getMessage());
  }

  @Test
  void aBridgeThatCopiesNeedsEqualWidths() {
    var e =
        assertThrows(OptionException.class, () -> train(language(5, 1), Map.of("bridge", "copy")));
    assertTrue(e.getMessage().contains("set bridge to dense"), e.getMessage());
    var fits = Map.of("bridge", "copy", "bidirectional", "false", "epochs", "1");
    train(language(20, 1), fits);
    train(language(20, 1), Map.of("bridge", "none", "learned_state", "true", "epochs", "1"));
  }

  /** Any cell stands in either place, of different states and widths. */
  @ParameterizedTest
  @CsvSource({"lstm, gru", "gru, lstm", "elman, rhn", "peephole-lstm, ''", "'gru,lstm', elman"})
  void encoderAndDecoderMayBeOfDifferentCells(String encoder, String decoder) {
    var options = new LinkedHashMap<String, String>();
    options.put("cell", encoder);
    options.put("layers", encoder.contains(",") ? "2" : "1");
    options.put("decoder_cell", decoder);
    options.put("decoder_layers", "3");
    options.put("decoder_units", "7,9,11");
    options.put("layer_norm", "true");
    options.put("epochs", "1");
    if (decoder.equals("rhn")) options.put("depth", "2"); // an option of the decoder's cell alone
    Trained trained = train(language(30, 1), options);
    assertEquals(1, predict(trained, List.of("eins"), "max_length", "3").size());
  }

  /** The graphs that a search runs are the same in ONNX Runtime, and go on from one another. */
  @ParameterizedTest
  @ValueSource(strings = {"none", "dot", "general", "additive", "multi-head"})
  void encoderAndDecoderStepRunInAnotherRuntime(String attention) {
    var options =
        Map.of(
            "attention", attention,
            "coverage", "true",
            "bidirectional", "false",
            "cell", "lstm",
            "epochs", "1");
    Trained trained = train(language(40, 1), options);
    int[][] sources = {{1, 2, 3}, {4}, {2, 2}};
    for (OnnxOptions.Form form : List.of(OnnxOptions.Form.AUTO, OnnxOptions.Form.SCAN)) {
      var args = new LinkedHashMap<>(Rows.inputs(sources));
      Map<String, Tensor> read = same(trained, Translator.ENCODER, form, args);
      args.putAll(read);
      args.put(Network.PREVIOUS, Tensor.of(new int[] {3, 4, 5}, 3));
      args.put(Network.ROWS, Tensor.of(new int[] {0, 1, 2}, 3));
      Map<String, Tensor> stepped = same(trained, Translator.DECODER_STEP, form, args);
      stepped.forEach((name, t) -> args.put(name.replace("'", ""), t));
      args.put(Network.ROWS, Tensor.of(new int[] {1, 1, 0}, 3));
      same(trained, Translator.DECODER_STEP, form, args);
    }
  }

  /**
   * One graph that decodes says, here and in ONNX Runtime, what a search of one hypothesis says.
   */
  @ParameterizedTest
  @ValueSource(strings = {"none", "additive"})
  void theGreedyGraphSaysWhatASearchSays(String attention) {
    Trained trained = train(language(200, 1), Map.of("attention", attention, "epochs", "4"));
    List<String> lines = language(20, 2).stream().map(line -> line.split("\t")[0]).toList();
    List<String> source = trained.problem().vocabularies().get("source");
    List<String> target = trained.problem().vocabularies().get("target");
    int[][] sources =
        lines.stream()
            .map(line -> Stream.of(line.split(" ")).mapToInt(source::indexOf).toArray())
            .toArray(int[][]::new);
    int room = 12;
    var args = new LinkedHashMap<>(Rows.inputs(sources));
    args.put("room", Tensor.zeros(DType.I32, room));
    for (OnnxOptions.Form form : List.of(OnnxOptions.Form.AUTO, OnnxOptions.Form.SCAN)) {
      Tensor said = same(trained, Translator.GREEDY, form, args).get(Translator.SAID);
      var texts = new ArrayList<String>();
      for (int b = 0; b < sources.length; b++) {
        var words = new ArrayList<String>();
        for (int t = 0; t < room; t++) {
          String word = target.get(said.ints()[t * sources.length + b]);
          if (word.equals(SequenceToSequence.END)) break;
          words.add(word);
        }
        texts.add(String.join(" ", words));
      }
      assertEquals(predict(trained, lines, "max_length", "" + room), texts);
      assertTrue(texts.stream().distinct().count() > 2, texts.toString());
    }
  }

  /** Runs one of the graphs here and there; gives what it gave. */
  private static Map<String, Tensor> same(
      Trained trained, String part, OnnxOptions.Form form, Map<String, Tensor> args) {
    Problem.Part asked = Objects.requireNonNull(trained.problem().parts().get(part));
    Trained.Exported exported = trained.graph(asked);
    byte[] onnx =
        OnnxExport.of(exported.graph(), exported.weights(), Map.of(), OnnxOptions.of(form)).bytes();
    Map<String, Tensor> theirs = OnnxRuntime.run(onnx, args);
    var ours = new LinkedHashMap<String, Tensor>();
    try (var program =
        new Reference().compile(exported.graph(), recurve.backend.CompileOptions.threads(1))) {
      exported.weights().forEach(program::write);
      for (Value v : exported.inputs()) {
        program.write(Graph.nameOf(v), Objects.requireNonNull(args.get(Graph.nameOf(v))));
      }
      program.run();
      for (String name : exported.graph().names()) ours.put(name, program.read(name));
    }
    ours.forEach(
        (name, t) -> {
          Tensor other = Objects.requireNonNull(theirs.get(name), name);
          int[] dims = t.dims();
          if (form == OnnxOptions.Form.AUTO && part.equals(Translator.GREEDY)) {
            // there the loop ends with its longest row; here the rest is the end, or looks nowhere
            assertTrue(other.dim(0) < dims[0], name + " of " + dims[0] + " steps");
            dims[0] = other.dim(0);
          }
          assertEquals(Arrays.toString(dims), Arrays.toString(other.dims()), name);
          for (int i = 0; i < other.size(); i++) assertEquals(t.at(i), other.at(i), 1e-5, name);
          for (int i = other.size(); i < t.size(); i++)
            assertEquals(t.at(t.size() - 1), t.at(i), 0);
        });
    return ours;
  }

  /** Sampling that never happens changes nothing, and sampling that does changes the training. */
  @Test
  void samplingMixesInWhatTheDecoderSays() {
    List<String> lines = language(40, 1);
    var plain = train(lines, Map.of("epochs", "2"));
    var ramped = train(lines, Map.of("epochs", "2", "sampling", "1", "sampling_ramp", "1000000"));
    var sampled = train(lines, Map.of("epochs", "2", "sampling", "0.5"));
    var bySequence =
        train(lines, Map.of("epochs", "2", "sampling", "0.5", "sampling_draw", "sequence"));
    double same = 0, other = 0, third = 0;
    for (String name : plain.weights().keySet()) {
      Tensor w = Objects.requireNonNull(plain.weights().get(name));
      for (int i = 0; i < w.size(); i++) {
        same = Math.max(same, difference(ramped, name, w, i));
        other = Math.max(other, difference(sampled, name, w, i));
        third = Math.max(third, difference(bySequence, name, w, i));
      }
    }
    assertTrue(same < 1e-4, "drawn with probability 1e-6: " + same);
    assertTrue(other > 1e-3 && third > 1e-3, other + " " + third);
  }

  private static double difference(Trained trained, String name, Tensor w, int i) {
    return Math.abs(w.at(i) - Objects.requireNonNull(trained.weights().get(name)).at(i));
  }

  @Test
  void stepStatesAreCarried() {
    Problem.Part part =
        Objects.requireNonNull(reversing.problem().parts().get(Translator.DECODER_STEP));
    assertEquals(Scope.Carry.CARRIED, part.carry());
  }
}
