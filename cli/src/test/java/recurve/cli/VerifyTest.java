package recurve.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import recurve.io.onnx.OnnxImport;

/** An exported model is read again, inspected, and held against ONNX Runtime. */
class VerifyTest {
  @TempDir static Path dir;
  private static String model;
  private static String file;

  @BeforeAll
  static void anExport() throws IOException {
    Path text = Cli.text(dir.resolve("text.txt"), 20, 1);
    model = dir.resolve("model").toString();
    file = dir.resolve("model.onnx").toString();
    Cli.train(text, Path.of(model), "--epochs", "1").fine();
    Cli.run("export", model, "--onnx", file).fine();
  }

  @Test
  void theRuntimesAgree() {
    String out = Cli.run("verify", file, "--model", model, "--runs", "4").fine().out();
    assertEquals(2 * Cli.verified(), out.lines().count(), out); // by two judges
    assertTrue(out.lines().allMatch(l -> l.endsWith("they agree")), out);
    assertTrue(out.contains("vector and onnxruntime: largest difference"), out);
    String json = Cli.run("verify", file, "--json").fine().out();
    assertTrue(json.contains("\"agrees\":true"), json);
  }

  @Test
  void aDifferenceIsTold() {
    Cli run = Cli.run("verify", file, "--tolerance", "-1");
    assertEquals(65, run.code(), run.out());
    assertTrue(run.out().contains("THEY DIFFER"), run.out());
  }

  /** Against the numbers of an archive, and against ONNX Runtime beside them. */
  @Test
  void arraysOfNumpyAreInputsAndOutputs() throws IOException {
    String names = Cli.run("inspect", file).fine().out();
    assertTrue(names.contains("  ids int32") && names.contains("  log_probabilities"), names);
    Path right = Npz.write(dir.resolve("right.npz"), Map.of("ids", new int[][] {{2}, {1}}));
    String out = Cli.run("verify", file, "--data", right.toString()).fine().out();
    assertEquals(Cli.verified(), out.lines().count(), out);
    assertTrue(out.contains("vector and onnxruntime: largest difference"), out);

    var arrays = Map.of("ids", new int[][] {{2}, {1}}, "output_log_probabilities", new int[2][1]);
    Path shape = Npz.write(dir.resolve("shape.npz"), arrays);
    Cli other = Cli.run("verify", file, "--data", shape.toString());
    assertEquals(65, other.code(), other.out());
    assertTrue(other.err().contains("output 'log_probabilities' is"), other.err());

    Path wrong = Npz.write(dir.resolve("wrong.npz"), Map.of("words", new int[1][1]));
    Cli run = Cli.run("verify", file, "--data", wrong.toString());
    assertEquals(65, run.code(), run.err());
    assertTrue(run.err().contains("wrong.npz: holds 'words'"), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
    assertEquals(66, Cli.run("verify", file, "--data", dir.resolve("no.npz").toString()).code());
  }

  @Test
  void inspectShowsWhatAFileIs() {
    String out = Cli.run("inspect", file).fine().out();
    assertTrue(out.contains("unsupported: none"), out);
    assertTrue(out.contains("LSTM=1"), out);
    String json = Cli.run("inspect", file, "--json").fine().out();
    assertTrue(json.contains("\"producer\":\"recurve\""), json);
  }

  @Test
  void aFileThatReadsText() throws IOException {
    String text = dir.resolve("reads.onnx").toString();
    String[] export = {"export", model, "--onnx", text, "--tokeniser"};
    Cli.run(export).fine();
    Map<String, Integer> used = OnnxImport.operators(Files.readAllBytes(Path.of(text)));
    assertEquals(1, used.get("StringSplit"));
    assertEquals(1, used.get("ai.onnx.ml.LabelEncoder"));
    Cli run = Cli.run("export", model, "--onnx", text, "--tokeniser", "--graph", "step");
    assertEquals(2, run.code(), run.err());
    assertTrue(run.err().contains("beside its words"), run.err()); // states
  }

  @Test
  void filesThatAreNone() throws IOException {
    Path bad = Files.writeString(dir.resolve("bad.onnx"), "no model");
    for (String command : new String[] {"verify", "inspect"}) {
      Cli run = Cli.run(command, bad.toString());
      assertEquals(65, run.code(), run.err());
      assertEquals(1, run.err().lines().count(), run.err());
      assertTrue(run.err().contains("no ONNX model"), run.err());
    }
    assertEquals(66, Cli.run("verify", dir.resolve("none.onnx").toString()).code());
  }
}
