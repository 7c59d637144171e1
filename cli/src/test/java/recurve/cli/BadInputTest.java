package recurve.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user gets wrong: one clear line, the right code, nothing half-written. */
class BadInputTest {
  @TempDir Path dir;
  private Path text;
  private Path out;

  @BeforeEach
  void aText() throws IOException {
    text = Cli.text(dir.resolve("text.txt"), 20, 1);
    out = dir.resolve("model");
  }

  private void refused(Cli run, int code, String line) {
    run.failed(code, line);
    assertFalse(Files.exists(out), "a folder is left over");
  }

  @Test
  void emptyFile() throws IOException {
    Path empty = Files.createFile(dir.resolve("empty.txt"));
    refused(
        Cli.train(empty, out),
        65,
        empty + ": the file is empty; expected at least one line of text.");
  }

  @Test
  void blankLinesOnly() throws IOException {
    Path blank = Files.writeString(dir.resolve("blank.txt"), "\n  \n\n");
    refused(Cli.train(blank, out), 65, blank + ": there are blank lines only; expected text.");
  }

  @Test
  void missingFile() {
    Path missing = dir.resolve("missing.txt");
    refused(Cli.train(missing, out), 66, missing + ": there is no such file. Check the name.");
  }

  @Test
  void missingValidation() {
    Path missing = dir.resolve("missing.txt");
    refused(
        Cli.train(text, out, "--valid", missing.toString()),
        66,
        missing + ": there is no such file. Check the name.");
  }

  @Test
  void folderAsFile() {
    refused(Cli.train(dir, out), 66, dir + ": is a folder; expected a text file.");
  }

  @Test
  void invalidUtf8() throws IOException {
    byte[] bytes = "the cat\nsees \u00e9\n".getBytes(StandardCharsets.ISO_8859_1);
    Path file = Files.write(dir.resolve("latin.txt"), bytes);
    refused(
        Cli.train(file, out),
        65,
        file
            + ":2:6: byte 0xe9 is not valid UTF-8; expected UTF-8 text."
            + " Convert the file, for example with iconv.");
  }

  @Test
  void invalidUtf8InValidationIsFoundBeforeTraining() throws IOException {
    byte[] bytes = "the cat\nsees \u00e9\n".getBytes(StandardCharsets.ISO_8859_1);
    Path file = Files.write(dir.resolve("latin.txt"), bytes);
    Cli run = Cli.train(text, out, "--valid", file.toString());
    assertEquals("", run.out());
    refused(
        run,
        65,
        file
            + ":2:6: byte 0xe9 is not valid UTF-8; expected UTF-8 text."
            + " Convert the file, for example with iconv.");
  }

  @Test
  void nulByte() throws IOException {
    Path file = Files.writeString(dir.resolve("nul.txt"), "the cat\nsees\0\n");
    refused(
        Cli.train(file, out), 65, file + ":2:5: a NUL byte; expected text. Is it the right file?");
  }

  @Test
  void endlessLine() throws IOException {
    Path file = Files.writeString(dir.resolve("long.txt"), "word ".repeat(2_000_000));
    refused(
        Cli.train(file, out),
        65,
        file
            + ":1: the line has more than 1048576 bytes; expected lines of text."
            + " Break it into shorter lines.");
  }

  @Test
  void onlyUnknownWords() throws IOException {
    Path foreign = Files.writeString(dir.resolve("foreign.txt"), "lorem ipsum dolor\n");
    Cli.train(text, out, "--epochs", "1").fine();
    Cli run = Cli.run("evaluate", out.toString(), "--data", foreign.toString());
    run.failed(
        65,
        foreign
            + ": not one symbol is in the vocabulary; expected text like that of the"
            + " training. Check that it is the right file, or lower min_count.");
  }

  @Test
  void unknownCommand() {
    Cli.run("trian")
        .failed(2, "recurve: no command 'trian'. Did you mean train? See recurve --help.");
    assertEquals(2, Cli.run().code());
  }

  @Test
  void unknownOption() {
    refused(
        Cli.train(text, out, "--lerning-rate", "1"),
        2,
        "recurve: no option --lerning-rate. Did you mean --learning-rate?"
            + " See recurve train --help.");
    refused(
        Cli.train(text, out, "--set", "lerning_rate=1"),
        2,
        "recurve: no option named 'lerning_rate'. Did you mean 'learning_rate'?");
  }

  @Test
  void unknownOptionInAConfiguration() throws IOException {
    Path config = Files.writeString(dir.resolve("c.yaml"), "units: 4\nlerning_rate: 1\n");
    refused(
        Cli.train(text, out, "--config", config.toString()),
        78,
        config + ":2:1: no option named 'lerning_rate'. Did you mean 'learning_rate'?");
  }

  @Test
  void optionOutOfRange() throws IOException {
    refused(
        Cli.train(text, out, "--dropout", "1.5"),
        2,
        "recurve: option dropout is '1.5' but takes a number from 0 to 0.99.");
    refused(
        Cli.train(text, out, "--learning-rate", "fast"),
        2,
        "recurve: option learning_rate is 'fast' but takes a number of at least 0.");
    Path config = Files.writeString(dir.resolve("c.yaml"), "# mine\n  \nepochs: 0\n");
    refused(
        Cli.train(text, out, "--config", config.toString()),
        78,
        config + ":3:1: option epochs is '0' but takes a whole number from 1 to 1000000.");
    refused(
        Cli.train(text, out, "--threads", "0"),
        2,
        "recurve: option threads is '0' but takes a whole number of at least 1.");
  }

  @Test
  void optionOfAnotherCell() {
    refused(
        Cli.train(text, out, "--cell", "gru", "--depth", "2"),
        2,
        "recurve: option depth belongs to cell rhn; the model has cell gru."
            + " Leave it out, or choose another cell.");
  }

  @Test
  void optionsThatDoNotGoTogether() {
    refused(
        Cli.train(text, out, "--cell", "gru,lstm", "--layers", "3"),
        2,
        "recurve: option cell names 2 values for 3 layers; give one, or one for each layer");
    Cli run = Cli.train(text, out, "--bidirectional");
    assertTrue(run.err().startsWith("recurve: a language model cannot be bidirectional: "));
    assertEquals(2, run.code());
  }

  @Test
  void configurationThatIsNoYaml() throws IOException {
    Path config = Files.writeString(dir.resolve("c.yaml"), "units: 4\n  layers: [2\n");
    Cli run = Cli.train(text, out, "--config", config.toString());
    assertEquals(78, run.code());
    assertTrue(run.err().startsWith(config + ":2:9: not YAML: "), run.err());
    assertEquals(1, run.err().lines().count());
  }

  @Test
  void configurationOfAnotherForm() throws IOException {
    Path config = dir.resolve("c.yaml");
    String[] args = {"--config", config.toString()};
    Files.writeString(config, "- units\n");
    refused(Cli.train(text, out, args), 78, config + ":1:1: expected lines of 'name: value'.");
    Files.writeString(config, "units: 4\nlayers:\n  of: 2\n");
    refused(
        Cli.train(text, out, args),
        78,
        config
            + ":3:3: 'layers' has an inner mapping or list; expected a value, as in"
            + " 'units: 200' or 'units: [300, 200]'.");
    Files.writeString(config, "units: 4\nunits: 5\n");
    Cli twice = Cli.train(text, out, args);
    assertEquals(78, twice.code());
    assertTrue(twice.err().startsWith(config + ":2:1: "), twice.err());
  }

  @Test
  void unknownNames() {
    Cli cell = Cli.train(text, out, "--cell", "lsmt");
    assertEquals(2, cell.code());
    assertTrue(
        cell.err()
            .startsWith(
                "recurve: no cell named 'lsmt'. Did you mean 'lstm'? Installed: elman, gru, lstm"),
        cell.err());
    Cli task = Cli.run("train", "ml");
    assertEquals(2, task.code());
    assertTrue(task.err().startsWith("recurve: no task named 'ml'."), task.err());
    String data = text.toString();
    Cli backend =
        Cli.run("train", "lm", "--train", data, "--out", out.toString(), "--backend", "vektor");
    assertEquals(2, backend.code());
    assertTrue(
        backend.err().startsWith("recurve: no backend named 'vektor'. Did you mean 'vector'?"),
        backend.err());
    assertFalse(Files.exists(out));
  }

  @Test
  void unknownCellInAConfiguration() throws IOException {
    Path config = Files.writeString(dir.resolve("c.yaml"), "cell: lsmt\n");
    Cli run = Cli.train(text, out, "--config", config.toString());
    assertEquals(78, run.code());
    assertTrue(run.err().startsWith(config + ":1:1: no cell named 'lsmt'. Did you mean 'lstm'?"));
  }

  @Test
  void somethingMissing() {
    Cli.run("train", "lm", "--out", out.toString())
        .failed(
            2, "recurve: a training text is missing: give --train FILE. See recurve train --help.");
    Cli.run("train", "lm", "--train", text.toString())
        .failed(2, "recurve: a folder is missing: give --out DIR. See recurve train --help.");
    assertEquals(2, Cli.run("train").code());
    assertEquals(2, Cli.run("evaluate", out.toString()).code());
  }

  @Test
  void aForgottenValueDoesNotEatTheNextOption() {
    Cli run = Cli.run("train", "lm", "--train", "--out", out.toString());
    assertEquals(2, run.code());
    assertTrue(run.err().contains("--train"), run.err());
  }

  @Test
  void negativeNumbersAreValues() {
    Cli.train(text, out, "--seed", "-3", "--epochs", "1").fine();
  }

  @Test
  void outputThatExists() throws IOException {
    Files.createDirectory(out);
    Files.writeString(out.resolve("precious.txt"), "mine");
    Cli.train(text, out)
        .failed(73, out + ": exists already. Name another folder, or resume the training in it.");
    assertEquals("mine", Files.readString(out.resolve("precious.txt")));
    assertEquals(List.of("precious.txt"), List.of(out.toFile().list()));
  }

  @Test
  void aModelIsNotTrainedOver() throws IOException {
    Cli.train(text, out, "--epochs", "1").fine();
    byte[] weights = Files.readAllBytes(out.resolve("weights.safetensors"));
    Cli.train(text, out, "--epochs", "1")
        .failed(73, out + ": exists already. Name another folder, or resume the training in it.");
    assertArrayEquals(weights, Files.readAllBytes(out.resolve("weights.safetensors")));
  }

  @Test
  void notAModel() {
    Cli run = Cli.run("inspect", dir.toString());
    assertTrue(run.code() == 65 || run.code() == 66, run.err());
    assertEquals(1, run.err().lines().count());
    assertEquals(66, Cli.run("inspect", dir.resolve("nothing").toString()).code());
  }

  @Test
  void damagedModel() throws IOException {
    Cli.train(text, out, "--epochs", "1").fine();
    Path weights = out.resolve("weights.safetensors");
    byte[] good = Files.readAllBytes(weights);
    for (int at = 0; at < good.length; at += 97) {
      byte[] bad = good.clone();
      bad[at] ^= 4;
      Files.write(weights, bad);
      Cli run = Cli.run("evaluate", out.toString(), "--data", text.toString());
      assertEquals(65, run.code(), run.err());
      assertTrue(run.err().startsWith(weights + ":"), run.err());
      assertEquals(1, run.err().lines().count());
    }
    Files.write(weights, good);
    Cli.run("evaluate", out.toString(), "--data", text.toString()).fine();
  }

  @Test
  void decodingOptionOutOfRange() {
    Cli.train(text, out, "--epochs", "1").fine();
    Cli.run("generate", out.toString(), "--temperature", "-1")
        .failed(2, "recurve: option temperature is '-1' but takes a number from 0 to 100");
  }

  @Test
  void pluginsFolderThatIsNotThere() {
    Path missing = dir.resolve("none");
    Cli.run("plugins", "--plugins", missing.toString())
        .failed(2, "recurve: " + missing + ": no such folder of plugins");
  }

  @Test
  void aModelTooLargeForThisWorld() {
    refused(
        Cli.run(
            "train", "lm", "--train", text.toString(), "--out", out.toString(), "--units=200000"),
        78,
        "recurve: parameter 'encoder.0.i.W' would be [200000, 200000], more numbers than an array"
            + " holds; make the model smaller");
  }

  @Test
  void lossThatIsNoNumber() {
    Cli run =
        Cli.train(text, out, "--optimizer", "sgd", "--learning-rate", "1e38", "--epochs", "3");
    assertEquals(78, run.code(), run.err());
    assertTrue(run.err().startsWith("recurve: the loss is no longer a number in epoch 1"));
    assertFalse(Files.exists(out));
  }
}
