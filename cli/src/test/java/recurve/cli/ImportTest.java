package recurve.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import recurve.io.checkpoint.ModelFolder;
import recurve.io.onnx.OnnxExport;
import recurve.io.onnx.OnnxOptions;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.train.Snapshot;

/** An exported model, read as a stranger's, is the same model, and learns on. */
class ImportTest {
  @TempDir static Path dir;
  private static Path text;
  private static Path table;

  @BeforeAll
  static void models() throws IOException {
    var random = new Random(1);
    var lines = new ArrayList<String>();
    var rows = new ArrayList<String>();
    for (int i = 0; i < 60; i++) {
      var words = new ArrayList<String>();
      for (int n = 2 + random.nextInt(5); n > 0; n--) {
        boolean name = random.nextBoolean();
        words.add((name ? "Ann Bob Cid" : "sees has the").split(" ")[random.nextInt(3)]);
        lines.add(words.getLast() + (name ? " B-PER" : " O"));
      }
      lines.add("");
      rows.add((words.contains("Ann") ? "yes" : "no") + "\t" + String.join(" ", words));
    }
    text = Files.write(dir.resolve("text.txt"), lines);
    table = Files.write(dir.resolve("table.tsv"), rows);
    trained("tag", text, "--bidirectional");
    trained("classify", table, "--cell", "gru");
  }

  /** Trains, exports, and writes the vocabularies down as lists. */
  private static void trained(String task, Path train, String... more) throws IOException {
    var args = new ArrayList<>(List.of("train", task, "--train", train.toString()));
    args.addAll(List.of("--out", path(task), "--units", "5", "--epochs", "1", "--batch", "8"));
    args.addAll(List.of(more));
    Cli.run(args.toArray(String[]::new)).fine();
    Cli.run("export", path(task), "--onnx", path(task + ".onnx")).fine();
    for (var v : ModelFolder.read(dir.resolve(task)).vocabularies().entrySet()) {
      Files.write(dir.resolve(v.getKey() + ".list"), v.getValue());
    }
  }

  private static String path(String name) {
    return dir.resolve(name).toString();
  }

  private static Cli imported(String task, String folder, String... more) {
    var args = new ArrayList<>(List.of("import", path(task + ".onnx"), "--task", task));
    String words = task.equals("tag") ? "words" : "symbols";
    String labels = task.equals("tag") ? "tags" : "labels";
    args.addAll(List.of("--vocab", words + "=" + path(words + ".list")));
    args.addAll(List.of("--vocab", labels + "=" + path(labels + ".list")));
    args.addAll(List.of("--out", path(folder)));
    args.addAll(List.of(more));
    return Cli.run(args.toArray(String[]::new));
  }

  private static String same(String first, String second, String... command) {
    return Cli.same(dir.resolve(first), dir.resolve(second), command);
  }

  @Test
  void aTaggerIsTheSame() throws IOException {
    String told = imported("tag", "a").fine().out();
    assertTrue(told.contains("; trainable:"), told);
    for (String backend : List.of("vector", "reference", "onnxruntime")) {
      same("tag", "a", "evaluate", "--data", text.toString(), "--backend", backend);
    }
    String plain = String.join("\n", List.of("Ann", "sees", "", "the", "Bob", "has", ""));
    Path words = Files.writeString(dir.resolve("plain.txt"), plain);
    same("tag", "a", "predict", "--input", words.toString(), "--probabilities");
    assertTrue(Cli.run("inspect", path("a")).fine().out().contains("words: "));
    // whatever it was called there, it is the same file here
    Cli.run("export", path("a"), "--onnx", path("a.onnx")).fine();
    imported("tag", "a-again").fine();
    Cli.run("export", path("a-again"), "--onnx", path("a-again.onnx")).fine();
    assertArrayEquals(
        Files.readAllBytes(dir.resolve("a.onnx")), Files.readAllBytes(dir.resolve("a-again.onnx")));
    String checked = Cli.run("verify", path("a.onnx"), "--model", path("a")).fine().out();
    assertEquals(
        2 * Cli.verified(), checked.lines().filter(l -> l.endsWith("they agree")).count(), checked);
    assertTrue(Cli.run("inspect", path("a.onnx")).out().contains("LSTM=2"));
  }

  @Test
  void aClassifierOfProbabilitiesIsTheSame() {
    imported("classify", "b", "--graph-gives", "probabilities").fine();
    same("classify", "b", "evaluate", "--data", table.toString());
  }

  @Test
  void itLearnsOn() {
    imported("tag", "c").fine();
    String data = text.toString();
    double before = nll("c");
    String[] train = {
      "train",
      "tag",
      "--from",
      path("c"),
      "--train",
      data,
      "--learning-rate",
      "0.02",
      "--optimizer",
      "adam",
      "--epochs",
      "3",
      "--batch",
      "8",
      "--out",
      path("d")
    };
    Cli.run(train).fine();
    assertTrue(nll("d") < 0.8 * before, before + " became " + nll("d"));
    Cli.run("export", path("d"), "--onnx", path("d.onnx")).fine();
    assertTrue(Cli.run("inspect", path("d.onnx")).out().contains("LSTM=2"));
    Cli.run("export", path("d"), "--onnx", path("d-train.onnx"), "--graph", "train").fine();
    // a further one, of some weights only
    Snapshot from = ModelFolder.read(dir.resolve("d"));
    List<String> names = List.copyOf(from.weights().keySet());
    String output = names.stream().filter(n -> n.startsWith("output")).findFirst().orElseThrow();
    train[3] = path("d");
    train[train.length - 1] = path("e");
    var more = new ArrayList<>(List.of(train));
    more.addAll(List.of("--trainable", "output*"));
    Cli.run(more.toArray(String[]::new)).fine();
    Snapshot to = ModelFolder.read(dir.resolve("e"));
    for (String name : names) {
      boolean kept = from.weights().get(name).equals(to.weights().get(name));
      assertEquals(!name.startsWith("output"), kept, name);
    }
    assertFalse(output.isEmpty());
  }

  /** Stopped and resumed, by the same command or without its --from: the same bytes. */
  @Test
  void whatIsStoppedOnTheWayEndsTheSame() throws Exception {
    imported("tag", "w").fine();
    trained("whole", "--epochs", "12").fine();
    trained("parts", "--epochs", "1").fine();
    trained("parts", "--epochs", "2", "--resume").fine();
    var interruption = new Interruption();
    Path state = dir.resolve("parts/training/state.safetensors");
    var before = Files.readAttributes(state, BasicFileAttributes.class).fileKey();
    Thread signal =
        new Thread(
            () -> {
              while (isSame(state, before)) Thread.onSpinWait();
              interruption.signal();
            });
    signal.start();
    Cli run = Cli.run("", interruption, training("parts", "--epochs", "12", "--resume"));
    interruption.over();
    signal.join();
    assertEquals(130, run.code(), run.err());
    var rest = new ArrayList<>(List.of(training("parts", "--epochs", "12", "--resume")));
    int from = rest.indexOf("--from");
    rest.subList(from, from + 2).clear();
    Cli.run(rest.toArray(String[]::new)).fine();
    for (String file : List.of("weights.safetensors", "training/state.safetensors", "graph.onnx")) {
      byte[] whole = Files.readAllBytes(dir.resolve("whole").resolve(file));
      assertArrayEquals(whole, Files.readAllBytes(dir.resolve("parts").resolve(file)), file);
    }
  }

  private static boolean isSame(Path file, Object key) {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class).fileKey().equals(key);
    } catch (IOException e) {
      return true; // between two files of that name
    }
  }

  private static Cli trained(String folder, String... more) {
    return Cli.run(training(folder, more));
  }

  private static String[] training(String folder, String... more) {
    var args = new ArrayList<>(List.of("train", "tag", "--from", path("w")));
    args.addAll(List.of("--train", text.toString(), "--out", path(folder), "--batch", "8"));
    args.addAll(List.of("--valid", text.toString(), "--optimizer", "adam"));
    args.addAll(List.of("--learning-rate", "0.01", "--checkpoint-every", "3"));
    args.addAll(List.of(more));
    return args.toArray(String[]::new);
  }

  private static double nll(String model) {
    String out = Cli.run("evaluate", path(model), "--data", text.toString(), "--json").fine().out();
    return Double.parseDouble(out.replaceAll("(?s).*\"nll\":([0-9.eE-]+).*", "$1"));
  }

  @Test
  void ownModelsLearnOnToo() {
    Path out = dir.resolve("own");
    String[] args = {
      "train",
      "tag",
      "--from",
      path("tag"),
      "--train",
      text.toString(),
      "--epochs",
      "1",
      "--out",
      out.toString()
    };
    Cli.run(args).fine();
    assertTrue(nll("own") < nll("tag"));
    assertEquals("5", ModelFolder.read(out).options().get("units"));
    Cli wider =
        Cli.run(
            "train",
            "tag",
            "--from",
            path("tag"),
            "--train",
            text.toString(),
            "--units",
            "6",
            "--out",
            path("wider"));
    assertEquals(78, wider.code(), wider.err());
    assertTrue(wider.err().contains("they are another model's"), wider.err());
    assertFalse(Files.exists(dir.resolve("wider")));
    Cli other = Cli.run("train", "lm", "--from", path("tag"), "--train", "x", "--out", path("x"));
    assertEquals(66, other.code(), other.err());
  }

  /** A stranger's graph with its own loss: the square of what x·w + b is off. */
  @Test
  void aGraphWithItsOwnLossLearns() throws IOException {
    Dim n = Dim.symbol("N");
    Value x = Ops.input("x", DType.I32, Shape.of(n, Dim.of(2)));
    Value t = Ops.input("t", DType.I32, Shape.of(n, Dim.ONE));
    Value w = Ops.input("w", DType.F32, Shape.of(2, 1)), b = Ops.input("b", DType.F32, Shape.of(1));
    Value y = x.cast(DType.F32).matmul(w).plus(b);
    Value off = y.minus(t.cast(DType.F32)).square();
    var outputs = new LinkedHashMap<String, Value>();
    outputs.put("y", y);
    outputs.put("off", off.total().over(Ops.extent(DType.F32, n)));
    var weights = Map.of("w", Tensor.zeros(DType.F32, 2, 1), "b", Tensor.zeros(DType.F32, 1));
    OnnxExport.of(Graph.of(List.of(x, t, w, b), outputs), weights, Map.of(), OnnxOptions.defaults())
        .write(dir.resolve("line.onnx"));
    var random = new Random(2);
    int[][] xs = new int[64][], ts = new int[64][];
    for (int i = 0; i < 64; i++) {
      xs[i] = new int[] {random.nextInt(5) - 2, random.nextInt(5) - 2};
      ts[i] = new int[] {3 * xs[i][0] - 2 * xs[i][1] + 1};
    }
    String data = Npz.write(dir.resolve("line.npz"), Map.of("x", xs, "t", ts)).toString();
    String given =
        Npz.write(dir.resolve("given.npz"), Map.of("x", new int[][] {{1, 1}, {2, 0}})).toString();
    String file = path("line.onnx");
    Cli.run("import", file, "--loss", "off", "--out", path("line")).fine();
    Cli.run(
            "train",
            "graph",
            "--from",
            path("line"),
            "--train",
            data,
            "--valid",
            data,
            "--batch",
            "8",
            "--learning-rate",
            "0.1",
            "--optimizer",
            "sgd",
            "--epochs",
            "30",
            "--out",
            path("fitted"))
        .fine();
    String loss = Cli.run("evaluate", path("fitted"), "--data", data, "--json").fine().out();
    assertTrue(loss.startsWith("{\"task\":\"graph\",\"examples\":64"), loss);
    assertTrue(
        Double.parseDouble(loss.replaceAll("(?s).*\"loss\":([0-9.eE-]+).*", "$1")) < 1e-6, loss);
    Map<String, Tensor> fitted = ModelFolder.read(dir.resolve("fitted")).weights();
    assertEquals(3, fitted.get("w").at(0), 1e-3);
    assertEquals(-2, fitted.get("w").at(1), 1e-3);
    assertEquals(1, fitted.get("b").at(0), 1e-3);
    List<String> lines =
        Cli.run("predict", path("fitted"), "--input", given).fine().out().lines().toList();
    assertEquals(2, lines.size());
    assertTrue(lines.get(0).matches("\\{\"y\":\\[(2|2\\.000.*|1\\.999.*)\\]\\}"), lines.get(0));
    Cli.run("export", path("fitted"), "--onnx", path("fitted.onnx")).fine();
    Cli.run("verify", path("fitted.onnx"), "--model", path("fitted")).fine();
    refused(
        Cli.run("import", file, "--loss", "y", "--out", path("none")),
        65,
        "output 'y' is f32[N, 1]; a loss is one number");
    refused(
        Cli.run("evaluate", path("fitted"), "--data", given),
        65,
        "has no array 't' i32[N, 1]; it has x");
    refused(
        Cli.run("train", "graph", "--train", data, "--out", path("none")),
        2,
        "name its folder by --from");
    refused(
        Cli.run("import", file, "--graph-batch", "M", "--out", path("none")), 65, "to one of N");
  }

  /** Weights beside the file are read from the folder that is named, and from no other. */
  @Test
  void weightsOutsideOfTheFile() throws IOException {
    Value x = Ops.input("x", DType.F32, Shape.of(Dim.symbol("N"), Dim.of(40)));
    Value w = Ops.input("w", DType.F32, Shape.of(40, 10));
    float[] numbers = new float[400];
    for (int i = 0; i < 400; i++) numbers[i] = i;
    Path file = Files.createDirectory(dir.resolve("outside")).resolve("model.onnx");
    var graph = Graph.of(List.of(x, w), Map.of("loss", x.matmul(w).total()));
    OnnxExport.of(graph, Map.of("w", Tensor.of(numbers, 40, 10)), Map.of(), OnnxOptions.defaults())
        .write(file, 0);
    String name = file.toString(), folder = dir.resolve("outside").toString();
    refused(Cli.run("inspect", name), 65, "'w' stands in another file; name the folder");
    refused(Cli.run("import", name, "--out", path("none")), 65, "stands in another file");
    String seen = Cli.run("inspect", name, "--external", folder).fine().out();
    assertTrue(seen.contains("parameters: 400\n"), seen);
    Cli.run("import", name, "--external", folder, "--out", path("inside")).fine();
    refused(Cli.run("verify", name), 65, "'w' stands in another file; name the folder");
    String agreed = Cli.run("verify", name, "--external", folder).fine().out();
    assertEquals(
        Cli.verified(), agreed.lines().filter(l -> l.endsWith("they agree")).count(), agreed);
    Tensor read = ModelFolder.read(dir.resolve("inside")).weights().get("w");
    assertEquals(Tensor.of(numbers, 40, 10), read);
  }

  private static void refused(Cli run, int code, String... parts) {
    assertEquals(1, run.err().lines().count(), run.err());
    for (String part : parts) assertTrue(run.err().contains(part), run.err());
    assertEquals(code, run.code(), run.err());
    assertFalse(Files.exists(dir.resolve("none")));
  }

  @Test
  void whatDoesNotFitIsTold() throws IOException {
    String file = path("tag.onnx") + ": ";
    refused(
        imported("tag", "none", "--graph-scores", "score"),
        65,
        file + "the graph has no output 'score'. Did you mean 'scores'? It has: scores f32[T, B, ");
    refused(
        imported("tag", "none", "--graph-ids", "lengths"),
        65,
        file + "input 'lengths' is i32[B], not ids of words");
    refused(imported("tag", "none", "--graph-layout", "batch-first"), 65, "axes of other names");
    refused(
        imported("tag", "none", "--trainable", "outptu.W"), 78, "names 'outptu.W', which is no");
    Path labels = dir.resolve("tags.list");
    List<String> all = Files.readAllLines(labels);
    Path fewer = Files.write(dir.resolve("fewer.list"), all.subList(1, all.size()));
    refused(
        imported("tag", "none", "--vocab", "tags=" + fewer),
        65,
        "no output of the graph is scores of each word, f32[T, B, " + (all.size() - 1) + "]");
    var words = new ArrayList<>(Files.readAllLines(dir.resolve("words.list")));
    words.add("another");
    Path more = Files.write(dir.resolve("more.list"), words);
    refused(
        imported("tag", "none", "--vocab", "words=" + more),
        65,
        "the vocabulary has 8 entries, but the table that 'ids' indexes has 7 rows");
    words.remove("another");
    words.set(0, "<none>");
    Path unknown = Files.write(dir.resolve("unknown.list"), words);
    refused(imported("tag", "none", "--vocab", "words=" + unknown), 65, "no '<unk>'");
    words.set(0, "the");
    Path twice = Files.write(dir.resolve("twice.list"), words);
    refused(imported("tag", "none", "--vocab", "words=" + twice), 65, "twice.list:", "twice; an");
    refused(imported("tag", "none", "--vocab", "words"), 2, "takes NAME=FILE");
    refused(
        Cli.run("import", path("tag.onnx"), "--task", "tag", "--out", path("none")),
        2,
        "no vocabulary 'words'");
    refused(
        Cli.run(
            "import",
            path("tag.onnx"),
            "--task",
            "seq2seq",
            "--out",
            path("none"),
            "--vocab",
            "source=" + path("words.list"),
            "--vocab",
            "target=" + path("words.list")),
        2,
        "task seq2seq does not take a graph from elsewhere");
    refused(
        Cli.run("import", text.toString(), "--task", "tag", "--out", path("none")),
        65,
        "no ONNX model");
  }
}
