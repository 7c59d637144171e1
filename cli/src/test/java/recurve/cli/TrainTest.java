package recurve.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import recurve.io.FileException;
import recurve.io.checkpoint.ModelFolder;

/** Training from the command line: options, reports, checkpoints, resumption. */
class TrainTest {
  @TempDir Path dir;
  private Path text;
  private Path valid;

  @BeforeEach
  void texts() throws IOException {
    text = Cli.text(dir.resolve("text.txt"), 40, 1);
    valid = Cli.text(dir.resolve("valid.txt"), 10, 2);
  }

  @Test
  void theCommandLineWinsOverSetAndSetOverTheConfiguration() throws IOException {
    Path config =
        Files.writeString(
            dir.resolve("c.yaml"),
            "train: text.txt\nunits: [3]\nepochs: 1\ndropout: 0.1\nbatch: 2\nbackend: reference\n");
    Path out = dir.resolve("model");
    Cli.run(
            "train",
            "lm",
            "--config",
            config.toString(),
            "--out",
            out.toString(),
            "--set",
            "dropout=0.2",
            "--set",
            "batch=3",
            "--batch",
            "4")
        .fine();
    String options = Cli.run("inspect", out.toString()).fine().out();
    assertTrue(options.contains("units = 3\n"), options);
    assertTrue(options.contains("epochs = 1\n"), options);
    assertTrue(options.contains("dropout = 0.2\n"), options);
    assertTrue(options.contains("batch = 4\n"), options);
  }

  @Test
  void truthsNeedNoValue() {
    Path a = dir.resolve("a"), b = dir.resolve("b");
    Cli.train(text, a, "--tie", "--epochs", "1").fine();
    Cli.train(text, b, "--epochs", "1", "--tie", "false").fine();
    assertTrue(Cli.run("inspect", a.toString()).out().contains("tie = true\n"));
    assertTrue(Cli.run("inspect", b.toString()).out().contains("tie = false\n"));
  }

  @Test
  void reportsAreLinesForPeopleAndObjectsForPrograms() throws IOException {
    Path a = dir.resolve("a"), b = dir.resolve("b"), c = dir.resolve("c");
    String v = valid.toString();
    List<String> lines =
        Cli.train(text, a, "--epochs", "2", "--valid", v, "--test", v)
            .fine()
            .out()
            .lines()
            .toList();
    assertTrue(lines.get(2).startsWith("epoch 1/2  training: loss "), lines.toString());
    assertTrue(lines.get(3).startsWith("epoch 2/2  training: loss "), lines.toString());
    assertTrue(lines.get(4).startsWith("test: tokens "), lines.toString());
    Cli json = Cli.train(text, b, "--epochs", "2", "--valid", v, "--test", v, "--json", "-q");
    List<String> objects = json.fine().out().lines().toList();
    assertEquals(3, objects.size());
    assertTrue(objects.get(0).startsWith("{\"epoch\":1,\"epochs\":2,\"loss\":"), objects.get(0));
    assertTrue(objects.get(2).startsWith("{\"task\":\"lm\",\"test\":{\"tokens\":"), objects.get(2));
    assertEquals(objects, Files.readAllLines(b.resolve("log.jsonl")));
    assertEquals("", Cli.train(text, c, "--epochs", "1", "-q").fine().out());
  }

  @Test
  void whatAllCommandsTakeMayStandBeforeTheCommand() {
    Path out = dir.resolve("model");
    String[] args = args(out, new String[] {"--epochs", "1"});
    var all = new ArrayList<>(List.of("-q", "--debug"));
    all.addAll(List.of(args));
    assertEquals("", Cli.run(all.toArray(String[]::new)).fine().out());
    Cli.run("-q", "trian")
        .failed(2, "recurve: no command 'trian'. Did you mean train? See recurve --help.");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aResumedTrainingEndsWithTheSameBits(int threads) throws IOException {
    Path whole = dir.resolve("whole"), parts = dir.resolve("parts");
    String n = Integer.toString(threads);
    String[] common = {"--backend", "vector", "--threads", n, "--dropout", "0.3"};
    Cli.run(args(whole, common, "--epochs", "4")).fine();
    Cli.run(args(parts, common, "--epochs", "1")).fine();
    Cli.run(args(parts, common, "--epochs", "3", "--resume")).fine();
    Cli.run(args(parts, common, "--epochs", "4", "--resume")).fine();
    same(whole, parts);
  }

  private String[] args(Path out, String[] common, String... more) {
    var args = new ArrayList<>(List.of("train", "lm", "--train", text.toString()));
    args.addAll(List.of("--valid", valid.toString(), "--out", out.toString()));
    args.addAll(List.of("--units", "6", "--batch", "3", "--bptt", "4"));
    args.addAll(List.of(common));
    args.addAll(List.of(more));
    return args.toArray(String[]::new);
  }

  private static void same(Path a, Path b) throws IOException {
    for (String file : List.of("weights.safetensors", "training/state.safetensors")) {
      assertArrayEquals(
          Files.readAllBytes(a.resolve(file)), Files.readAllBytes(b.resolve(file)), file);
    }
  }

  @Test
  void anInterruptedTrainingGoesOnAsIfNothingHadHappened() throws Exception {
    Path whole = dir.resolve("whole"), parts = dir.resolve("parts");
    String[] common = {"--backend", "reference", "--epochs", "3", "--checkpoint-every", "3"};
    Cli.run(args(whole, common)).fine();
    var interruption = new Interruption();
    Thread signal = new Thread(() -> signalAfterFirstCheckpoint(parts, interruption));
    signal.start();
    Cli run = Cli.run("", interruption, args(parts, common));
    interruption.over();
    signal.join();
    run.failed(
        130,
        "recurve: interrupted; the last checkpoint is in "
            + parts
            + ". To go on, add --resume to the same command.");
    Cli.run(args(parts, common, "--resume")).fine();
    same(whole, parts);
  }

  // wherever it hits, the end must be the same
  private static void signalAfterFirstCheckpoint(Path folder, Interruption interruption) {
    while (!Files.exists(folder.resolve("training/state.safetensors"))) Thread.onSpinWait();
    interruption.signal();
  }

  @Test
  void interruptedBeforeTheFirstCheckpointNothingIsLeft() {
    Path out = dir.resolve("model");
    var interruption = new Interruption();
    interruption.signal();
    Cli run = Cli.run("", interruption, args(out, new String[] {"--backend", "reference"}));
    run.failed(130, "recurve: interrupted before the first checkpoint; nothing was kept");
    assertFalse(Files.exists(out));
  }

  @Test
  void whatTheModelIsDoesNotChangeOnTheWay() throws IOException {
    Path out = dir.resolve("model");
    Cli.train(text, out, "--epochs", "1").fine();
    Cli.train(text, out, "--resume", "--epochs", "2", "--dropout", "0.5")
        .failed(
            2,
            "recurve: option dropout is 0.5 but the training began with 0.0."
                + " Leave it out, or train into another folder.");
    Path config = Files.writeString(dir.resolve("c.yaml"), "cell: gru\n");
    Cli.train(text, out, "--resume", "--config", config.toString())
        .failed(
            78,
            config
                + ":1:1: option cell is gru but the training began with lstm."
                + " Leave it out, or train into another folder.");
    Cli.train(valid, out, "--resume", "--epochs", "2")
        .failed(
            65,
            out
                + ": the training began with another text than this --train."
                + " Give the same file, or train into another folder.");
    Cli.train(text, out, "--resume", "--epochs", "2", "--valid", valid.toString())
        .failed(
            2,
            "recurve: "
                + out
                + ": the training began without --valid."
                + " Go on in the same way, or train into another folder.");
  }

  @Test
  void aFinishedTrainingHasNothingToGoOnWith() {
    Path out = dir.resolve("model");
    Cli.train(text, out, "--epochs", "1").fine();
    Cli run = Cli.train(text, out, "--epochs", "1", "--resume").fine();
    assertTrue(run.out().endsWith("the training is over; to go on, give more --epochs\n"));
  }

  @Test
  void resumingNothingBegins() {
    Path out = dir.resolve("model");
    Cli.train(text, out, "--epochs", "1", "--resume").fine();
    assertTrue(Files.exists(out.resolve("model.yaml")));
  }

  @Test
  void twoTrainingsDoNotWriteToOneFolder() {
    Path out = dir.resolve("model");
    Cli.train(text, out, "--epochs", "1").fine();
    try (ModelFolder other = ModelFolder.resume(out)) {
      Cli.train(text, out, "--epochs", "2", "--resume")
          .failed(
              75, other.path() + ": another training writes there now. Wait for it, or stop it.");
    }
  }

  @Test
  void aFullDiskIsTold() {
    FileException full = FileException.writing("model", new IOException("No space left on device"));
    Complaint told = Complaint.of(full);
    assertEquals(Exit.IO, told.exit());
    assertEquals("model: the disk is full; nothing was changed. Free some space.", told.line());
  }
}
