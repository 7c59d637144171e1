package recurve.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertLinesMatch;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.inject.Guice;
import com.google.inject.Key;
import com.google.inject.TypeLiteral;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that use a trained model, and all help texts. */
class CommandsTest {
  @TempDir static Path dir;
  private static Path text;
  private static String model;

  @BeforeAll
  static void aModel() throws IOException {
    text = Cli.text(dir.resolve("text.txt"), 40, 1);
    model = dir.resolve("model").toString();
    Cli.train(text, Path.of(model), "--epochs", "2").fine();
  }

  @Test
  void evaluate() {
    String data = text.toString();
    String plain = Cli.run("evaluate", model, "--data", data).fine().out();
    assertTrue(plain.startsWith("tokens "), plain);
    String json = Cli.run("evaluate", model, "--data", data, "--json").fine().out();
    assertTrue(json.startsWith("{\"task\":\"lm\",\"tokens\":"), json);
    assertTrue(json.contains("\"perplexity\":"), json);
    assertEquals(1, json.lines().count());
  }

  @Test
  void everyBackendGivesTheSameFigures() {
    String data = text.toString();
    String reference = perplexity("--backend", "reference", "--data", data);
    assertEquals(reference, perplexity("--backend", "vector", "--data", data));
    assertEquals(reference, perplexity("--threads", "2", "--data", data));
  }

  private static String perplexity(String... args) {
    var all = new ArrayList<>(List.of("evaluate", model));
    all.addAll(List.of(args));
    String out = Cli.run(all.toArray(String[]::new)).fine().out();
    return out.lines().filter(l -> l.startsWith("perplexity")).findFirst().orElseThrow();
  }

  @Test
  void generate() {
    String[] args = {"generate", model, "--prompt", "the cat", "--tokens", "5", "--seed", "7"};
    String first = Cli.run(args).fine().out();
    assertTrue(first.startsWith("the cat"), first);
    assertEquals(first, Cli.run(args).fine().out());
  }

  @Test
  void predictFromAFileAndFromStandardInput() {
    String file = Cli.run("predict", model, "--input", text.toString(), "--top", "2").fine().out();
    Cli typed = Cli.run("the cat\n", new Interruption(), "predict", model, "--top", "2");
    assertEquals(3, typed.fine().out().lines().count(), typed.out()); // two words, a blank line
    assertEquals(40 * 3, file.lines().count());
  }

  /** Rounded weights give nearly the same figures; training and foreign names are refused. */
  @Test
  void weightsInFewerBytes() {
    String data = text.toString();
    double f32 = number(perplexity("--data", data));
    double int8 = number(perplexity("--data", data, "--weights", "int8"));
    assertEquals(f32, int8, 0.02 * f32);
    assertEquals(
        perplexity("--data", data, "--weights", "int8"),
        perplexity("--data", data, "--weights", "int8", "--backend", "reference"));
    Cli.run("generate", model, "--tokens", "5", "--weights", "bf16").fine();
    Cli.run("predict", model, "--input", data, "--weights", "int8").fine();
    Cli.run("generate", model, "--weights", "int4")
        .failed(2, "recurve: --weights is 'int4' but takes one of f32, bf16, int8");
    Cli.run("bench", "small", "--weights", "int8")
        .failed(
            2,
            "recurve: --weights is for models that are run; 'small' is trained, on weights as f32."
                + " Leave it out, or name generate or score.");
    Cli.run("bench", "score", "--minutes", "1")
        .failed(2, "recurve: --minutes is for training, and 'score' is not trained. Name another.");
  }

  /** A line of input, a second of work, a line of what it gave; then the summary. */
  @Test
  void takesTurns() {
    String[] bench = {"bench", "generate", "--turns", "--warm-up", "1", "--seconds", "1"};
    String out = Cli.run("\n", new Interruption(), bench).fine().out();
    String turn = "turn generate [0-9.]+ [0-9.]+";
    assertLinesMatch(List.of(turn, turn, "recurve generate tokens_per_s .*"), out.lines().toList());
  }

  private static double number(String line) {
    return Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
  }

  /** Classes of a run, and the listing of what uses them. */
  @Test
  void writesItsClasses() throws IOException {
    Path into = dir.resolve("classes");
    String out = Cli.run("inspect", model, "--classes", into.toString()).fine().out();
    assertTrue(out.startsWith(into.resolve("instructions.txt") + ", "), out);
    String listing = Files.readString(into.resolve("instructions.txt"));
    assertTrue(listing.contains("Loop 8 by row of [Product"), listing);
    assertEquals(
        0xcafebabe,
        java.nio.ByteBuffer.wrap(Files.readAllBytes(into.resolve("Tile1.class"))).getInt());
    Cli.run("inspect", model, "--classes", into.toString(), "--backend", "reference")
        .failed(2, "recurve: backend reference makes nothing to look at");
  }

  @Test
  void decodingForPrograms() {
    String made = Cli.run("generate", model, "--tokens", "3", "--json").fine().out();
    assertTrue(made.startsWith("{\"task\":\"lm\",\"text\":\""), made);
    Cli said = Cli.run("the cat\n", new Interruption(), "predict", model, "--top", "1", "--json");
    assertTrue(said.fine().out().startsWith("{\"task\":\"lm\",\"lines\":[\""), said.out());
  }

  @Test
  void nothingOnStandardInput() {
    Cli.run("", new Interruption(), "predict", model)
        .failed(65, "standard input: the file is empty; expected at least one line of text.");
  }

  @Test
  void inspect() {
    String plain = Cli.run("inspect", model).fine().out();
    assertTrue(plain.contains("task lm\n"), plain);
    assertTrue(plain.contains("  cell = lstm\n"), plain);
    assertTrue(plain.contains("  encoder.0.f.U [4, 4] = 16\n"), plain);
    assertTrue(plain.contains("training: 2 epochs and 0 batches"), plain);
    String passes = Cli.run("inspect", model, "--passes").fine().out();
    assertTrue(passes.contains("forward+gradient: 8+8\n"), passes);
    assertTrue(passes.endsWith("forward+gradient: 1+1\n"), passes);
    assertTrue(Cli.run("inspect", model, "--graph").fine().out().contains("Scan"));
    String json = Cli.run("inspect", model, "--json").fine().out();
    assertTrue(json.startsWith("{\"task\":\"lm\",\"options\":{"), json);
  }

  @Test
  void export() throws IOException {
    Path file = dir.resolve("model.onnx");
    String onnx = file.toString();
    String auto = Cli.run("export", model, "--onnx", onnx).fine().out();
    assertTrue(auto.startsWith("wrote " + onnx), auto);
    assertTrue(auto.contains(": LSTM\n"), auto);
    String scan =
        Cli.run("export", model, "--onnx", onnx, "--form", "scan", "--graph", "step").fine().out();
    assertTrue(scan.startsWith("replaced " + onnx), scan);
    assertTrue(scan.contains(": Scan"), scan);
    assertTrue(scan.contains("  input encoder.0.h "), scan);
    assertTrue(scan.contains("  output encoder.0.h' "), scan);
    byte[] before = Files.readAllBytes(file);
    Cli.run("export", model, "--onnx", onnx, "--form", "fast")
        .failed(2, "recurve: --form is 'fast' but takes one of auto, fused, scan");
    assertArrayEquals(before, Files.readAllBytes(file));
    Path nowhere = dir.resolve("no/model.onnx");
    Cli.run("export", model, "--onnx", nowhere.toString())
        .failed(73, nowhere + ": its folder does not exist. Create it first.");
    Cli json = Cli.run("export", model, "--onnx", onnx, "--json").fine();
    assertTrue(json.out().contains("\"operator\":\"LSTM\""), json.out());
  }

  @Test
  void aCellThatOnnxDoesNotHaveCannotBeFused() {
    Path other = dir.resolve("rhn");
    Path file = dir.resolve("rhn.onnx");
    Cli.train(text, other, "--cell", "rhn", "--epochs", "1").fine();
    Cli run = Cli.run("export", other.toString(), "--onnx", file.toString(), "--form", "fused");
    assertEquals(2, run.code());
    assertEquals(1, run.err().lines().count());
    assertTrue(!Files.exists(file));
    Cli.run("export", other.toString(), "--onnx", file.toString()).fine();
  }

  @Test
  void plugins() {
    String plain = Cli.run("plugins").fine().out();
    for (String name : List.of("elman", "gru", "lstm", "peephole-lstm", "rhn", "lm", "reference")) {
      assertTrue(plain.contains("  " + name + "  ("), name);
    }
    String json = Cli.run("plugins", "--json").fine().out();
    assertTrue(json.startsWith("{\"cells\":[{\"name\":\"elman\",\"module\":"), json);
  }

  @Test
  void version() {
    assertEquals("recurve 0.1.0\n", Cli.run("--version").fine().out());
  }

  @Test
  void helpListsEveryDeclaredOption() {
    String help = Cli.run("train", "--help").fine().out();
    assertTrue(help.contains("  --learning-rate=0.001"), help);
    assertTrue(help.contains("Cell rhn:\n  --depth=3 "), help);
    assertTrue(help.contains("  --bptt=35 "), help);
  }

  @Test
  void everyHelpHasAnExampleThatParses() {
    var console = new Console(InputStream.nullInputStream(), System.out, System.err, false);
    var wiring = new Wiring(console, Installed.load(List.of(), console), new Interruption());
    var injector = Guice.createInjector(wiring);
    Shell shell = injector.getInstance(Shell.class);
    Map<String, Command> commands =
        injector.getInstance(Key.get(new TypeLiteral<Map<String, Command>>() {}));
    assertTrue(Cli.run("--help").fine().out().contains("Commands:"));
    commands.forEach(
        (name, command) -> {
          String help = Cli.run(name, "--help").fine().out();
          assertTrue(!command.examples().isEmpty(), name);
          for (String example : command.examples()) {
            assertTrue(help.contains(example), example);
            shell.parse(words(example));
          }
        });
  }

  /** The arguments of an example, without its program and what the shell does. */
  private static String[] words(String example) {
    var words = new ArrayList<String>();
    var word = Pattern.compile("\"([^\"]*)\"|(\\S+)").matcher(example.replaceFirst(" <.*", ""));
    while (word.find()) words.add(word.group(1) == null ? word.group(2) : word.group(1));
    assertEquals("recurve", words.get(0));
    return words.subList(1, words.size()).toArray(String[]::new);
  }
}
