package recurve.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small translator from the command line: trained, judged, asked, exported. */
class TranslationTest {
  @TempDir static Path folder;

  private static Path model;
  private static Path source;
  private static Path target;

  /** Words, and the same in capitals. */
  @BeforeAll
  static void train() throws IOException {
    var random = new Random(1);
    var from = new ArrayList<String>();
    var to = new ArrayList<String>();
    for (int i = 0; i < 60; i++) {
      String line = random.nextBoolean() ? "ja" : "nein";
      if (random.nextBoolean()) line += " doch";
      from.add(line);
      to.add(line.toUpperCase(Locale.ROOT));
    }
    source = Files.write(folder.resolve("train.de"), from);
    target = Files.write(folder.resolve("train.en"), to);
    model = folder.resolve("model");
    var args = new ArrayList<>(List.of("train", "seq2seq", "--train", source + "," + target));
    args.addAll(List.of("--valid", source + "," + target, "--out", model.toString()));
    args.addAll(List.of("--cell", "gru", "--decoder-cell", "lstm", "--units", "12"));
    args.addAll(List.of("--epochs", "8", "--learning-rate", "0.05", "--backend", "vector"));
    args.addAll(List.of("--forget-bias", "0.5", "--select", "perplexity"));
    Cli.run(args.toArray(String[]::new)).fine();
  }

  private static Cli translate(String... options) {
    var args = new ArrayList<>(List.of("predict", model.toString()));
    args.addAll(List.of(options));
    return Cli.run("ja doch\nnein\n", new Interruption(), args.toArray(String[]::new)).fine();
  }

  @Test
  void aModelIsJudgedWithAndWithoutASearch() {
    String data = source + "," + target;
    String greedy = Cli.run("evaluate", model.toString(), "--data", data).fine().out();
    assertTrue(greedy.contains("exact match 100"), greedy);
    assertTrue(greedy.contains("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp"), greedy);
    String wide =
        Cli.run("evaluate", model.toString(), "--data", data, "--beam", "3", "--json").fine().out();
    assertTrue(wide.contains("\"exact_match\":100"), wide);
  }

  @Test
  void aModelTranslatesEachLine() {
    assertEquals("JA DOCH\nNEIN\n", translate().out());
    Path picture = folder.resolve("map.png");
    String aligned = translate("--alignments", "--heatmap", picture.toString()).out();
    assertTrue(aligned.startsWith("JA DOCH\t"), aligned);
    assertTrue(Files.exists(picture));
  }

  @Test
  void encoderAndDecoderAreExportedApart() {
    for (String graph : List.of("encoder", "decoder-step", "predict")) {
      Path file = folder.resolve(graph + ".onnx");
      var args = List.of("export", model.toString(), "--onnx", file.toString(), "--graph", graph);
      String told = Cli.run(args.toArray(String[]::new)).fine().out();
      assertTrue(Files.exists(file), told);
      assertEquals(graph.equals("decoder-step"), told.contains("input rows "), told);
    }
    Cli.run("export", model.toString(), "--onnx", folder + "/x.onnx", "--graph", "step")
        .failed(
            2,
            "recurve: --graph is 'step' but takes one of predict, encoder, greedy, decoder-step,"
                + " train");
  }

  /** A loop of ONNX that ends with the longest row; read again, it is what it was. */
  @Test
  void theGreedyDecoderIsOneFile() {
    String file = folder.resolve("greedy.onnx").toString();
    String told =
        Cli.run("export", model.toString(), "--onnx", file, "--graph", "greedy").fine().out();
    assertTrue(told.contains(": Loop (it ends with the last of its rows)"), told);
    String verified = Cli.run("verify", file, "--extent", "L=30").fine().out();
    assertEquals(
        Cli.verified(), verified.lines().filter(l -> l.endsWith("they agree")).count(), verified);
  }

  @Test
  void evaluateRefusesWhatIsForPredict() {
    Cli.run("evaluate", model.toString(), "--data", source + "," + target, "--beam=2", "--nbest=2")
        .failed(
            2,
            "recurve: option --nbest changes no figure of a model of task seq2seq; it is for"
                + " predict or generate. evaluate takes --beam, --length-penalty,"
                + " --coverage-penalty, --min-length, --max-length, --no-repeat.");
  }

  @Test
  void twoFilesMustBeParallel() throws IOException {
    Path shorter = Files.writeString(folder.resolve("short.en"), "YES\n");
    Path out = folder.resolve("none");
    Cli.run("train", "seq2seq", "--train", source + "," + shorter, "--out", out.toString())
        .failed(
            65,
            source
                + ":2:1: a line more than "
                + shorter
                + " has, which ends with line 1; expected as many in both.");
  }
}
