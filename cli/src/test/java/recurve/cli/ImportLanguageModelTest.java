package recurve.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import recurve.io.checkpoint.ModelFolder;

/** A language model read from a file: judged, asked, trained further, written again. */
class ImportLanguageModelTest {
  @TempDir static Path dir;
  private static String text;

  @BeforeAll
  static void models() throws IOException {
    Path file = Cli.text(dir.resolve("text.txt"), 40, 1);
    text = file.toString();
    Cli.train(file, dir.resolve("stream"), "--epochs", "2", "--layers", "2").fine();
    Cli.train(file, dir.resolve("sentence"), "--epochs", "1", "--reading", "sentence").fine();
    for (String model : List.of("stream", "sentence")) {
      for (String graph : List.of("step", "predict")) {
        String onnx = path(model + "-" + graph + ".onnx");
        Cli.run("export", path(model), "--onnx", onnx, "--graph", graph).fine();
      }
    }
    Files.write(
        dir.resolve("symbols.list"),
        ModelFolder.read(dir.resolve("stream")).vocabularies().get("symbols"));
  }

  private static String path(String name) {
    return dir.resolve(name).toString();
  }

  private static Cli imported(String file, String folder, String... more) {
    var args =
        new ArrayList<>(List.of("import", path(file), "--task", "lm", "--out", path(folder)));
    args.addAll(List.of("--vocab", "symbols=" + path("symbols.list")));
    args.addAll(List.of(more));
    return Cli.run(args.toArray(String[]::new));
  }

  private static String same(String first, String second, String... command) {
    return Cli.same(dir.resolve(first), dir.resolve(second), command);
  }

  @Test
  void oneWithStatesReadsOnAndWritesText() throws IOException {
    imported("stream-step.onnx", "a").fine();
    for (String backend : List.of("vector", "reference")) {
      String figures = same("stream", "a", "evaluate", "--data", text, "--backend", backend);
      assertTrue(figures.contains("perplexity "), figures);
    }
    same("stream", "a", "generate", "--tokens", "20", "--seed", "3", "--prompt", "the cat");
    Path line = Files.writeString(dir.resolve("line.txt"), "the dog sees\n");
    same("stream", "a", "predict", "--input", line.toString(), "--show", "probabilities");

    String[] train = {
      "train",
      "lm",
      "--from",
      path("a"),
      "--train",
      text,
      "--out",
      path("b"),
      "--epochs",
      "3",
      "--optimizer",
      "adam",
      "--learning-rate",
      "0.02",
      "--batch",
      "2",
      "--bptt",
      "5"
    };
    Cli.run(train).fine();
    assertTrue(
        perplexity("b") < 0.95 * perplexity("a"), perplexity("a") + " to " + perplexity("b"));
    String told =
        Cli.run("export", path("b"), "--onnx", path("b.onnx"), "--graph", "step").fine().out();
    assertEquals(2, told.lines().filter(l -> l.endsWith(": LSTM")).count(), told);
    String checked = Cli.run("verify", path("b.onnx")).fine().out();
    assertEquals(
        Cli.verified(), checked.lines().filter(l -> l.endsWith("they agree")).count(), checked);
    imported("b.onnx", "b-again").fine();
    same("b", "b-again", "evaluate", "--data", text);
  }

  private static double perplexity(String model) {
    String out = Cli.run("evaluate", path(model), "--data", text, "--json").fine().out();
    return Double.parseDouble(out.replaceAll("(?s).*\"perplexity\":([0-9.eE-]+).*", "$1"));
  }

  @Test
  void oneWithoutReadsSentences() {
    imported("sentence-predict.onnx", "c", "--reading", "sentence").fine();
    same("sentence", "c", "evaluate", "--data", text);
    Cli.run("generate", path("c"), "--tokens", "3")
        .failed(
            2,
            "recurve: the model's graph takes no states, so that it forgets each symbol with the"
                + " next; export it with its states as inputs and outputs");
    imported("sentence-step.onnx", "d", "--reading", "sentence").fine();
    same("sentence", "d", "evaluate", "--data", text);
    same("sentence", "d", "generate", "--tokens", "9", "--seed", "2");
  }

  @Test
  void whatDoesNotFitIsTold() throws IOException {
    refused(imported("stream-predict.onnx", "none"), "the graph takes no states");
    refused(
        imported("stream-step.onnx", "none", "--graph-states", "ids=log_probabilities"),
        "input 'ids' is i32[T, B]; a state is of floats");
    List<String> words = new ArrayList<>(Files.readAllLines(dir.resolve("symbols.list")));
    words.set(words.indexOf("<eos>"), "<end>");
    Path other = Files.write(dir.resolve("other.list"), words);
    refused(
        imported("stream-step.onnx", "none", "--vocab", "symbols=" + other),
        "the vocabulary has no '<eos>'");
  }

  private static void refused(Cli run, String part) {
    assertEquals(65, run.code(), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().contains(part), run.err());
    assertFalse(Files.exists(dir.resolve("none")));
  }
}
