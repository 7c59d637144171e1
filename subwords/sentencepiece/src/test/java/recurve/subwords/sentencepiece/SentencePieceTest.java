package recurve.subwords.sentencepiece;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import recurve.backend.Reference;
import recurve.option.OptionException;
import recurve.option.Options;
import recurve.plugin.Catalog;
import recurve.plugin.PluginException;
import recurve.task.Corpus;
import recurve.task.Report;
import recurve.task.Session;
import recurve.task.Subwords;
import recurve.task.Task;
import recurve.train.Listener;
import recurve.train.Model;
import recurve.train.Trained;
import recurve.train.Trainer;

/**
 * On two vocabularies of {@code spm_train} 0.1.97, learnt from 2,000 sources of {@code
 * examples/dates} with {@code --normalization_rule_name=identity --character_coverage=1.0}: {@code
 * --vocab_size=120}, and {@code --model_type=bpe --vocab_size=160}.
 */
class SentencePieceTest {
  @TempDir Path folder;

  static byte[] file(String name) throws IOException {
    try (InputStream in = SentencePieceTest.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }

  private Path written(String name) throws IOException {
    return Files.write(folder.resolve(name), file(name));
  }

  /** What the library's own program gives for the same. */
  @ParameterizedTest
  @ValueSource(strings = {"unigram.model", "bpe.model"})
  void piecesAreThoseOfSpmEncode(String name) throws IOException {
    Subwords.Pieces pieces = new SentencePiece().open(file(name));
    assertEquals(
        name.startsWith("bpe")
            ? List.of("▁T", "h", "ur", "s", "day", ",", "▁12", "▁Mar", "▁8", "7")
            : List.of("▁", "T", "h", "u", "r", "s", "d", "ay", ",", "▁12", "▁Mar", "▁8", "7"),
        pieces.split("Thursday, 12 Mar 87"));
    assertEquals("12", pieces.join(List.of("▁1", "2")));
  }

  private static List<String> pairs(int count, long seed) {
    var random = new Random(seed);
    var lines = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      int day = 1 + random.nextInt(9);
      String month = List.of("Mar", "Apr").get(random.nextInt(2));
      lines.add(day + " " + month + "\t" + month + " " + day);
    }
    return lines;
  }

  private static Model model(Path source, Path target) {
    return Model.of("seq2seq")
        .with(Map.of("source_level", "subword", "target_level", "subword"))
        .with(Map.of("source_subwords", source.toString(), "target_subwords", target.toString()))
        .with(Map.of("cell", "gru", "units", "16", "batch", "10", "epochs", "12"))
        .with("learning_rate", 0.03);
  }

  private static Trained train(Model model) {
    return new Trainer(model, new Reference(), 1)
        .fit(Corpus.lines(pairs(60, 1)), Optional.empty(), Listener.SILENT);
  }

  /** Figures are of text, and a saved model needs the files no more. */
  @Test
  void aTranslatorOfSubwordsIsLearntAndSaved() throws IOException {
    Path source = written("unigram.model"), target = written("bpe.model");
    Trained trained = train(model(source, target));
    Report report = trained.evaluate(Corpus.lines(pairs(20, 2)), new Reference(), 1);
    assertEquals(100, report.get("exact_match"), report.figures().toString());
    assertEquals(100, report.get("chrf"), 1e-9);
    Files.delete(source);
    Files.delete(target);
    Trained loaded = Trained.of(trained.model(), trained.snapshot());
    try (Session session = loaded.session(new Reference(), 1)) {
      Options decoding = Options.of(loaded.model().task().decoding());
      List<String> said =
          loaded
              .problem()
              .predict(session, Corpus.lines(List.of("7 Apr", "2 Mar")), decoding)
              .toList();
      assertEquals(List.of("Apr 7", "Mar 2"), said);
    }
  }

  @Test
  void whatIsMissingIsTold() throws IOException {
    Path good = written("bpe.model"), bad = Files.writeString(folder.resolve("x.txt"), "no");
    String file = assertThrows(RuntimeException.class, () -> train(model(good, bad))).getMessage();
    assertTrue(file.startsWith(bad + ": no vocabulary of kind sentencepiece"), file);
    Model none = model(good, good).with("source_subwords", "");
    String told = assertThrows(OptionException.class, () -> train(none)).getMessage();
    assertTrue(told.contains("Name it with source_subwords"), told);
    Model other = model(good, good).with("subwords", "sentencepeace");
    String plugin = assertThrows(PluginException.class, () -> train(other)).getMessage();
    assertTrue(plugin.contains("Did you mean 'sentencepiece'?"), plugin);
    Task without =
        Catalog.load(Task.class).get("seq2seq").with(Catalog.of(Subwords.class, List.of()));
    Model bare =
        Model.of(without, Catalog.load(recurve.cell.Cell.class)::get)
            .with(model(good, good).options().toMap());
    String absent = assertThrows(PluginException.class, () -> train(bare)).getMessage();
    assertTrue(absent.contains("no subwords named 'sentencepiece'. None is installed."), absent);
  }
}
