package recurve.tasks.classify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import recurve.backend.Reference;
import recurve.cell.Cell;
import recurve.io.FileException;
import recurve.option.OptionException;
import recurve.option.Options;
import recurve.plugin.Catalog;
import recurve.task.Corpus;
import recurve.task.Report;
import recurve.task.Session;
import recurve.tasks.Pooling;
import recurve.train.Listener;
import recurve.train.Model;
import recurve.train.Snapshot;
import recurve.train.Trained;
import recurve.train.Trainer;

class ClassificationTest {
  private static final Cell GRU = Catalog.load(Cell.class).get("gru");

  @TempDir Path folder;

  /** Which of two words comes first: no bag of words can tell. */
  private static List<String> orders(int count, long seed) {
    var random = new Random(seed);
    var lines = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      boolean rise = random.nextBoolean();
      var words = new ArrayList<String>(List.of(rise ? "low" : "high", rise ? "high" : "low"));
      for (int fill = random.nextInt(4); fill > 0; fill--) {
        words.add(random.nextInt(words.size() + 1), random.nextBoolean() ? "so" : "then");
      }
      lines.add((rise ? "rise" : "fall") + "\t" + String.join(" ", words));
    }
    return lines;
  }

  /** Each text has the labels of the letters in it. */
  private static List<String> letters(int count, long seed) {
    var random = new Random(seed);
    var lines = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      var labels = new ArrayList<String>();
      var text = new StringBuilder("z");
      for (String letter : List.of("a", "b", "c")) {
        if (random.nextInt(3) > 0) continue;
        labels.add(letter.toUpperCase(java.util.Locale.ROOT));
        text.insert(random.nextInt(text.length() + 1), letter);
      }
      lines.add(String.join(",", labels) + "\t" + text);
    }
    return lines;
  }

  private static Model model() {
    return Model.of(new Classification(), name -> GRU)
        .with(Map.of("cell", "gru", "units", "8", "batch", "8", "epochs", "8"))
        .with("learning_rate", 0.03);
  }

  private static Model several() {
    return model().with("labels", "several").with("level", "character").with("epochs", 6);
  }

  private static Trained train(Model model, List<String> lines) {
    return train(model, lines, Listener.SILENT);
  }

  private static Trained train(Model model, List<String> lines, Listener listener) {
    return new Trainer(model, new Reference(), 1)
        .fit(Corpus.lines(lines), Optional.empty(), listener);
  }

  private static Report evaluate(Trained trained, List<String> lines) {
    return trained.evaluate(Corpus.lines(lines), new Reference(), 1);
  }

  private static List<String> predict(Trained trained, List<String> texts, String... decoding) {
    try (Session session = trained.session(new Reference(), 1)) {
      return predict(session, trained, texts, decoding);
    }
  }

  private static List<String> predict(
      Session session, Trained trained, List<String> texts, String... decoding) {
    Options options = Options.of(new Classification().decoding());
    for (String set : decoding) {
      options = options.with(Map.of(set.split("=")[0], set.split("=")[1]));
    }
    return trained.problem().predict(session, Corpus.lines(texts), options).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "last, false, 0",
    "last, true, 0",
    "mean, false, 1",
    "max, true, 0",
    "attention, false, 0"
  })
  void theOrderOfWordsIsLearnt(String pooling, boolean bidirectional, int layers) {
    Model model =
        model()
            .with("pooling", pooling)
            .with("bidirectional", bidirectional)
            .with("head_layers", layers)
            .with("head_units", 10);
    Trained trained = train(model, orders(80, 1));
    Report report = evaluate(trained, orders(40, 2));
    assertTrue(report.get("accuracy") > 95, report.figures().toString());
    assertEquals(40, report.get("texts"));
  }

  @Test
  void severalLabelsAreLearntAndTheBestThresholdIsAtLeastAsGood() {
    Trained trained = train(several().with("pooling", "max"), letters(100, 1));
    Report report = evaluate(trained, letters(50, 2));
    assertTrue(report.get("micro_f1") > 95, report.figures().toString());
    assertTrue(report.get("best_threshold_micro_f1") >= report.get("micro_f1"));
    List<String> lines = predict(trained, List.of("zab", "z"), "top=3");
    assertEquals(6, lines.get(0).split("\t").length);
    assertTrue(predict(trained, List.of("bza")).get(0).matches("[AB]\t[.0-9]+\t[AB]\t[.0-9]+"));
    assertEquals(List.of("", ""), predict(trained, List.of("zab", "z"), "threshold=1"));
  }

  /** Batches, their order and padding are ours to choose: a text's probabilities are its own. */
  @ParameterizedTest
  @EnumSource(Pooling.class)
  void paddingNeverChangesAResult(Pooling pooling) {
    Model model =
        model()
            .with("pooling", Classification.POOLING.format(pooling))
            .with(Map.of("bidirectional", "true", "layers", "2", "layer_norm", "true"))
            .with(Map.of("epochs", "1", "merge", pooling == Pooling.MAX ? "sum" : "concat"));
    Trained trained = train(model, orders(20, 1));
    var texts = orders(17, 3).stream().map(line -> line.split("\t")[1]).toList();
    try (Session session = trained.session(new Reference(), 1)) {
      List<String> together = predict(session, trained, texts, "top=2");
      for (int i = 0; i < texts.size(); i++) {
        List<String> alone = predict(session, trained, List.of(texts.get(i)), "top=2");
        assertEquals(List.of(together.get(i)), alone);
      }
    }
  }

  @Test
  void balancedWeightsRaiseTheProbabilityOfARareLabel() {
    var lines = new ArrayList<String>();
    for (int i = 0; i < 40; i++) lines.add((i % 10 == 0 ? "rare" : "common") + "\tthe same");
    Model model = model().with("epochs", 15).with("learning_rate", 0.05);
    for (String balance : List.of("equal", "balanced")) {
      Trained trained = train(model.with("class_weights", balance), lines);
      String[] said = predict(trained, List.of("the same"), "top=2").get(0).split("\t");
      double rare = Double.parseDouble(said[said[0].equals("rare") ? 1 : 3]);
      assertEquals(balance.equals("equal") ? 0.1 : 0.5, rare, 0.05, balance);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"class_weights=balanced", "labels=several,pooling=attention"})
  void aResumedRunIsTheRunThatNeverStopped(String set) {
    Model model = model().with("epochs", 2).with("checkpoint_every", 2).with("dropout", 0.2);
    for (String pair : set.split(",")) {
      model = model.with(pair.split("=")[0], pair.split("=")[1]);
    }
    var snapshots = new ArrayList<Snapshot>();
    List<String> lines = orders(30, 1);
    Trained whole =
        train(
            model,
            lines,
            new Listener() {
              @Override
              public void checkpoint(java.util.function.Supplier<Snapshot> s, boolean best) {
                snapshots.add(s.get());
              }
            });
    assertTrue(snapshots.size() > 2);
    for (Snapshot from : snapshots) {
      Trained resumed =
          new Trainer(model, new Reference(), 1)
              .resume(from, Corpus.lines(lines), Optional.empty(), Listener.SILENT);
      assertEquals(whole.weights(), resumed.weights());
    }
    Trained loaded = Trained.of(model, whole.snapshot());
    List<String> texts = List.of("low high", "then high");
    assertEquals(predict(whole, texts), predict(loaded, texts));
  }

  @Test
  void everyFormSaysTheSame() throws IOException {
    Path tsv = write("a.tsv", "x\tone, two\n\ny\tthree \"four\"\n");
    Path csv = write("a.csv", "text,label\r\n\"one, two\",x\r\n\"three \"\"four\"\"\",y\r\n");
    Path json =
        write(
            "a.jsonl",
            "{\"label\":\"x\",\"text\":\"one, two\"}\n"
                + "{\"text\":\"three \\\"four\\\"\",\"label\":\"y\"}\n");
    Model two = model().with("epochs", 1);
    Model named = two.with("header", true);
    Trained a = fit(two, tsv), b = fit(named, csv), c = fit(two, json);
    assertEquals(a.problem().vocabularies(), b.problem().vocabularies());
    assertEquals(a.problem().vocabularies(), c.problem().vocabularies());
    assertEquals(a.weights(), b.weights());
    assertEquals(a.weights(), c.weights());
    Model numbered = named.with("label_column", "label").with("text_column", "text");
    assertEquals(a.weights(), fit(numbered, csv).weights());
  }

  private static Trained fit(Model model, Path file) {
    return new Trainer(model, new Reference(), 1)
        .fit(Corpus.text(file), Optional.empty(), Listener.SILENT);
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      textBlock =
          """
          x.tsv   | x\\tone\\nx two              | :2: one column; expected a label, a tab and a text
          x.tsv   | x\\tone\\n\\ttwo             | :2: no label; expected one
          x.tsv   | x\\tone\\ny\\t               | :2: no text; expected at least one word
          x.tsv   | x\\tone\\nx\\ttwo            | there is the label 'x' only; expected at least two
          x.csv   | x,one\\ny                    | :2: 1 column; expected 2 as in the first line
          x.csv   | x,one\\ny,"two\\nthree       | :2: a quote opens here and is never closed
          x.csv   | x,"one"two                   | :1:8: text after a closing quote
          x.jsonl | {"label":"x"}                | :1: no column 'text'; the columns are label
          x.jsonl | {"label":"x","text":"a"}\\n{ | :2:
          x.jsonl | [1]                          | :1:1: no JSON object
          """)
  void badInputIsToldWithItsLine(String name, String text, String message) throws IOException {
    Path file = write(name, text.replace("\\n", "\n").replace("\\t", "\t"));
    String said = assertThrows(FileException.class, () -> fit(model(), file)).getMessage();
    assertTrue(said.contains(file + message) || said.contains(message), said);
    assertTrue(said.startsWith(file.toString()), said);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      textBlock =
          """
          x.tsv   | x\\tone\\n\\tlost\\ny\\ttwo\\nx two\\ny\\t
          x.csv   | x,one\\nx\\n"y",two\\nx,"one"two\\nx,a,b\\nx,"open
          x.jsonl | {"label":"x","text":"one"}\\n{"label":\\n{"label":"y","text":"two"}\\n[1]\\n{}
          """)
  void lenientLeavesOutLines(String name, String text) throws IOException {
    Path bad = write(name, text.replace("\\n", "\n").replace("\\t", "\t"));
    Path good = write("good.tsv", "x\tone\ny\ttwo\n");
    Model model = model().with("epochs", 2).with("lenient", true);
    assertThrows(FileException.class, () -> fit(model.with("lenient", false), bad));
    assertEquals(fit(model, good).weights(), fit(model, bad).weights());
  }

  @Test
  void aLabelThatWasNeverSeenIsLeftOutOnlyIfAskedFor() {
    Model model = model().with("epochs", 1).with("lenient", true);
    Trained trained = train(model, orders(10, 1));
    Report report = evaluate(trained, List.of("rise\tlow high", "stay\tlow low"));
    assertEquals(1, report.get("texts"));
  }

  @Test
  void labelsCountWhatIsGiven() {
    var lines = new ArrayList<String>();
    for (int i = 0; i < 40; i++) lines.add((i % 2 == 0 ? "a" : "b") + "\tthe same");
    Model model = model().with("epochs", 15).with("learning_rate", 0.05);
    Trained trained = train(model.with("class_weights", "a=3"), lines);
    String[] said = predict(trained, List.of("the same"), "top=2").get(0).split("\t");
    assertEquals("a", said[0]);
    assertEquals(0.75, Double.parseDouble(said[1]), 0.05);
    for (String wrong : List.of("c=3", "a", "a=x", "a=-1")) {
      Model bad = model.with("class_weights", wrong);
      assertThrows(recurve.option.OptionException.class, () -> train(bad, lines), wrong);
    }
  }

  @Test
  void anUnseenLabelOrVocabularyIsRefused() {
    Trained trained = train(model().with("epochs", 1), orders(10, 1));
    String label =
        assertThrows(
                FileException.class,
                () -> evaluate(trained, List.of("rise\tlow high", "stay\tlow low")))
            .getMessage();
    assertTrue(label.contains(":2: the label 'stay' was not in the training text"), label);
    String words =
        assertThrows(FileException.class, () -> evaluate(trained, List.of("rise\tabc")))
            .getMessage();
    assertTrue(words.contains("not one symbol is in the vocabulary"), words);
  }

  /**
   * Words that no training text holds are known by vectors that are those of words that it does.
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void wordsOfTheFileOfVectorsAreKnownIfAskedFor(boolean lowercase) throws IOException {
    Path vectors =
        write("v.txt", "low 1 0 0\nhigh 0 1 0\nUP 9 9 9\nup 0 1 0\ndown 1 0 0\nso 0 0 1\n");
    Model model =
        model()
            .with(Map.of("vectors", vectors.toString(), "embedding", "3", "freeze", "true"))
            .with("lowercase", lowercase)
            .with("vocabulary_from_vectors", true);
    Trained trained = train(model, orders(80, 1));
    List<String> known = List.of("low so high", "high low"),
        other = List.of("down so up", "up down");
    List<String> said = predict(trained, known);
    assertTrue(said.get(0).startsWith("rise") && said.get(1).startsWith("fall"), said.toString());
    assertEquals(said, predict(trained, other));
    Trained loaded = Trained.of(model, trained.snapshot());
    assertEquals(said, predict(loaded, other));
    List<String> loud = predict(loaded, List.of("down so UP"));
    assertEquals(lowercase, loud.equals(said.subList(0, 1))); // else UP has a vector of its own

    Trained without = train(model.with("vocabulary_from_vectors", false), orders(80, 1));
    List<String> alike = predict(without, other.stream().map(t -> t.replace("so ", "")).toList());
    assertEquals(alike.get(0), alike.get(1));
  }

  @Test
  void wordsOfNoFileOfVectorsAreRefused() {
    Model model = model().with("vocabulary_from_vectors", true);
    String said =
        assertThrows(OptionException.class, () -> train(model, orders(10, 1))).getMessage();
    assertTrue(said.contains("needs a file of vectors"), said);
  }

  /**
   * The threshold is the best of the validation text, is saved, and is what a resumed run chose.
   */
  @Test
  void theThresholdThatValidationChoseIsSaved() {
    Model model = several().with("pooling", "max").with("epochs", 3).with("learning_rate", 0.01);
    List<String> lines = letters(40, 1);
    Optional<Corpus> validation = Optional.of(Corpus.lines(letters(30, 2)));
    var snapshots = new ArrayList<Snapshot>();
    Listener listener =
        new Listener() {
          @Override
          public void checkpoint(java.util.function.Supplier<Snapshot> s, boolean best) {
            snapshots.add(s.get());
          }
        };
    Trained whole =
        new Trainer(model, new Reference(), 1).fit(Corpus.lines(lines), validation, listener);
    double chosen = whole.model().options().get(Classification.THRESHOLD);
    Report report = whole.evaluate(validation.get(), new Reference(), 1);
    assertEquals(report.get("best_threshold"), chosen, 1e-12);
    assertEquals(report.get("best_threshold_micro_f1"), report.get("micro_f1"), 1e-9);
    assertTrue(chosen != 0.5 && chosen > 0 && chosen < 1, "chosen " + chosen);
    for (Snapshot from : snapshots) {
      Model begun = model.with(from.options());
      Trained resumed =
          new Trainer(begun, new Reference(), 1)
              .resume(from, Corpus.lines(lines), validation, Listener.SILENT);
      assertEquals(whole.weights(), resumed.weights());
      assertEquals(chosen, resumed.model().options().get(Classification.THRESHOLD));
    }
    Snapshot saved = whole.snapshot();
    Trained loaded = Trained.of(model.with(saved.options()), saved);
    List<String> texts = List.of("zab", "z", "bzc");
    String given = "threshold=" + chosen;
    assertEquals(predict(loaded, texts, given), predict(loaded, texts));
  }

  @Test
  void aThresholdOfOnesOwnIsKeptIfNoneIsToBeChosen() {
    Model model = several().with("epochs", 1).with("threshold", 0.2);
    String said =
        assertThrows(OptionException.class, () -> train(model, letters(10, 1))).getMessage();
    assertTrue(said.contains("set choose_threshold to false"), said);
    Trained trained =
        new Trainer(model.with("choose_threshold", false), new Reference(), 1)
            .fit(
                Corpus.lines(letters(40, 1)),
                Optional.of(Corpus.lines(letters(30, 2))),
                Listener.SILENT);
    assertEquals(0.2, trained.model().options().get(Classification.THRESHOLD));
  }
}
