package recurve.tasks.tag;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import recurve.backend.CompileOptions;
import recurve.backend.Reference;
import recurve.cell.Cell;
import recurve.cell.Scope;
import recurve.io.FileException;
import recurve.ir.Graph;
import recurve.ir.Tensor;
import recurve.option.OptionException;
import recurve.option.Options;
import recurve.plugin.Catalog;
import recurve.task.Batches;
import recurve.task.Corpus;
import recurve.task.Problem;
import recurve.task.Report;
import recurve.task.Session;
import recurve.train.Listener;
import recurve.train.Model;
import recurve.train.Snapshot;
import recurve.train.Trained;
import recurve.train.Trainer;

class TaggingTest {
  private static final Cell GRU = Catalog.load(Cell.class).get("gru");

  @TempDir Path folder;

  /**
   * A small grammar: noun phrases, verb phrases, and nothing. A word's tag depends on those before
   * it ({@code saw} is a noun after an article) and after it ({@code that} is an article only
   * before a noun).
   */
  private static List<String> language(int sentences, long seed) {
    var random = new Random(seed);
    var lines = new ArrayList<String>();
    for (int i = 0; i < sentences; i++) {
      phrase(random, lines);
      lines.add(random.nextBoolean() ? "saw B-VP" : "cut B-VP");
      if (random.nextInt(3) == 0) lines.add("that O");
      phrase(random, lines);
      lines.add(". O");
      lines.add("");
    }
    return lines;
  }

  private static void phrase(Random random, List<String> lines) {
    lines.add(List.of("the", "a", "that").get(random.nextInt(3)) + " B-NP");
    if (random.nextBoolean()) lines.add("old I-NP");
    lines.add(List.of("saw", "cut", "tree").get(random.nextInt(3)) + " I-NP");
  }

  private static List<String> words(List<String> lines) {
    return lines.stream().map(line -> line.split(" ")[0]).toList();
  }

  private static Model model() {
    return Model.of(new Tagging(), name -> GRU)
        .with(Map.of("cell", "gru", "units", "8", "batch", "8", "epochs", "6"))
        .with("bidirectional", true)
        .with("learning_rate", 0.03);
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

  private static List<String> predict(Trained trained, List<String> lines, boolean probabilities) {
    try (Session session = trained.session(new Reference(), 1)) {
      return predict(session, trained, lines, probabilities);
    }
  }

  private static List<String> predict(
      Session session, Trained trained, List<String> lines, boolean probabilities) {
    Options decoding =
        Options.of(new Tagging().decoding()).with(Tagger.PROBABILITIES, probabilities);
    return trained.problem().predict(session, Corpus.lines(lines), decoding).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"softmax", "crf"})
  void aSmallLanguageIsLearnt(String head) {
    Trained trained = train(model().with("head", head), language(60, 1));
    List<String> test = language(20, 2);
    Report report = evaluate(trained, test);
    assertTrue(report.get("f1") > 95, report.figures().toString());
    assertEquals(20, report.get("sentences"));
    assertEquals(test.stream().filter(line -> !line.isEmpty()).count(), report.get("tokens"));
    // what is predicted for bare words is what the evaluation counted, and has the text's form
    List<String> tagged = predict(trained, words(test), false);
    long right = 0;
    for (int i = 0; i < test.size(); i++) {
      assertEquals(words(test).get(i), tagged.get(i).split("\t")[0]);
      if (!test.get(i).isEmpty() && test.get(i).equals(tagged.get(i).replace('\t', ' '))) right++;
    }
    assertEquals(report.get("accuracy"), 100 * right / report.get("tokens"), 1e-9);
    for (String line : predict(trained, words(test), true)) {
      if (line.isEmpty()) continue;
      double p = Double.parseDouble(line.split("\t")[2]);
      assertTrue(p > 0.3 && p <= 1, line);
    }
  }

  /** The log-likelihood of the evaluation is that of the sequences: they sum to one. */
  @Test
  void theProbabilitiesOfAllSequencesSumToOne() {
    var lines = List.of("a X", "b Y", "", "b X", "a Z", "a X", "");
    Trained trained = train(model().with("head", "crf").with("epochs", 1), lines);
    double sum = 0;
    for (int code = 0; code < 27; code++) {
      var text = new ArrayList<String>();
      for (int t = 0, rest = code; t < 3; t++, rest /= 3) {
        text.add("a " + List.of("X", "Y", "Z").get(rest % 3));
      }
      Report report = evaluate(trained, text);
      sum += Math.exp(-3 * report.get("nll"));
    }
    assertEquals(1, sum, 1e-5);
  }

  /** Neither that of sentences nor, where words are read by their characters, that of words. */
  @ParameterizedTest
  @CsvSource({"softmax, none", "crf, none", "softmax, rnn", "crf, cnn"})
  void paddingNeverChangesAResult(String head, String characters) {
    Model model =
        model()
            .with("head", head)
            .with("characters", characters)
            .with(Map.of("layers", "2", "layer_norm", "true", "epochs", "1"));
    Trained trained = train(model, language(15, 1));
    var sentences = new ArrayList<List<String>>(List.of(List.of("saw", ""), List.of("old", "")));
    for (int i = 0; i < 6; i++) sentences.add(words(language(1, i)));
    try (Session session = trained.session(new Reference(), 1)) {
      var together =
          predict(session, trained, sentences.stream().flatMap(List::stream).toList(), true);
      var alone = new ArrayList<String>();
      for (List<String> one : sentences) alone.addAll(predict(session, trained, one, true));
      assertEquals(alone, together);
    }
  }

  @Test
  void aResumedRunIsTheRunThatNeverStopped() {
    Model model =
        model().with("head", "crf").with("dropout", 0.2).with("epochs", 2).with("loss", "sequence");
    Model stopping = model.with("checkpoint_every", 2);
    var snapshots = new ArrayList<Snapshot>();
    List<String> lines = language(20, 1);
    Trained whole =
        train(
            stopping,
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
          new Trainer(stopping, new Reference(), 1)
              .resume(from, Corpus.lines(lines), Optional.empty(), Listener.SILENT);
      assertEquals(whole.weights(), resumed.weights());
    }
    Trained loaded = Trained.of(model, whole.snapshot());
    assertEquals(predict(whole, words(lines), true), predict(loaded, words(lines), true));
  }

  /** What a word is, is in its ending; no word of the test was seen. */
  private static List<String> endings(int sentences, long seed) {
    var random = new Random(seed);
    var lines = new ArrayList<String>();
    for (int i = 0; i < sentences; i++) {
      for (int n = 1 + random.nextInt(5); n > 0; n--) {
        var stem = new StringBuilder();
        for (int c = 2 + random.nextInt(4); c > 0; c--)
          stem.append("bdgklmnt".charAt(random.nextInt(8)));
        boolean verb = random.nextBoolean();
        lines.add(stem + (verb ? "ing V" : "er N"));
      }
      lines.add("");
    }
    return lines;
  }

  @ParameterizedTest
  @CsvSource({"rnn, 97", "cnn, 97"})
  void wordsThatWereNeverSeenAreKnownByTheirCharacters(String reading, double accuracy) {
    Model model =
        model()
            .with("characters", reading)
            .with("min_count", 100)
            .with(Map.of("character_units", "8", "character_embedding", "8"));
    Report report = evaluate(train(model, endings(60, 1)), endings(40, 2));
    assertTrue(report.get("accuracy") > accuracy, report.figures().toString());
  }

  /** Those that the host decodes, also where the best sequence would break the scheme. */
  @ParameterizedTest
  @CsvSource({"softmax, same", "softmax, bioes", "crf, same", "crf, bioes"})
  void theGraphForExportGivesTheTagsThatAreDecoded(String head, String learnt) {
    Model model = model().with("head", head).with("learnt_scheme", learnt).with("epochs", 1);
    Trained trained = train(model, language(60, 1));
    Trained.Exported exported = trained.graph(Scope.Carry.FRESH);
    Scheme scheme = learnt.equals("bioes") ? Scheme.BIOES : Scheme.BIO;
    List<String> tags = trained.problem().vocabularies().get("tags");
    var decoder = new Decoder(tags, Tagging.Head.valueOf(head.toUpperCase(Locale.ROOT)), scheme);
    Batches batches =
        trained
            .problem()
            .batches(
                Corpus.lines(language(20, 2)), Problem.Purpose.EVALUATE, Problem.Order.OF_TEXT);
    int seen = 0;
    try (var run = new Reference().compile(exported.graph(), CompileOptions.threads(1))) {
      exported.weights().forEach(run::write);
      for (int i = 0; i < batches.size(); i++) {
        Map<String, Tensor> inputs = batches.get(i).inputs();
        exported.inputs().forEach(v -> run.write(Graph.nameOf(v), inputs.get(Graph.nameOf(v))));
        run.run();
        int[] lengths = inputs.get("lengths").ints();
        List<int[]> decoded = decoder.decode(run::read, lengths);
        Tensor given = run.read(Tagger.TAGS);
        for (int b = 0; b < lengths.length; b++) {
          for (int t = 0; t < lengths[b]; t++) {
            assertEquals(decoded.get(b)[t], given.ints()[t * lengths.length + b]);
            seen++;
          }
        }
      }
    }
    assertTrue(seen > 100, seen + " tags");
  }

  @Test
  void severalReadingsHaveTheirProbabilities() {
    var lines = List.of("a X", "b Y", "", "b X", "a Y", "a X", "");
    Trained trained = train(model().with("head", "crf").with("epochs", 1), lines);
    try (Session session = trained.session(new Reference(), 1)) {
      Options decoding = Options.of(new Tagging().decoding()).with(Map.of("nbest", "5"));
      var said =
          trained
              .problem()
              .predict(session, Corpus.lines(List.of("a", "b", "")), decoding)
              .toList();
      assertEquals(4 * 4, said.size(), said.toString());
      double sum = 0;
      for (int i = 0; i < 4; i++) {
        String[] head = said.get(4 * i).split(" ");
        assertEquals(List.of("#", "" + (i + 1)), List.of(head).subList(0, 2));
        sum += Double.parseDouble(head[2]);
        assertEquals("", said.get(4 * i + 3));
      }
      assertEquals(1, sum, 1e-5);
    }
  }

  @Test
  void anotherSchemeIsLearntAndTheTextsIsWritten() {
    Model model = model().with("head", "crf").with("learnt_scheme", "bioes");
    Trained trained = train(model, language(60, 1));
    assertTrue(trained.problem().vocabularies().get("tags").contains("E-NP"));
    List<String> test = language(20, 2);
    assertTrue(evaluate(trained, test).get("f1") > 95);
    for (String line : predict(trained, words(test), false)) {
      assertTrue(line.matches("|.*\t(O|[BI]-[NV]P)"), line);
    }
    var broken = List.of("the B-NP", "saw O", "old I-NP", "");
    String said = assertThrows(FileException.class, () -> evaluate(trained, broken)).getMessage();
    assertTrue(said.contains(":3: the tag I-NP after O breaks the scheme bio"), said);
  }

  private static final String CONLLU =
      """
      # text = The dogs' bark
      1\tThe\tthe\tDET\tDT\t_\t2\tdet\t_\t_
      2-3\tdogs'\t_\t_\t_\t_\t_\t_\t_\t_
      2\tdogs\tdog\tNOUN\tNNS\t_\t4\tnmod\t_\t_
      3\t'\t's\tPART\tPOS\t_\t2\tcase\t_\t_
      3.1\tx\tx\tX\tX\t_\t_\t_\t_\t_
      4\tbark\tbark\tNOUN\tNN\t_\t0\troot\t_\t_

      1\tGo\tgo\tVERB\tVB\t_\t0\troot\t_\t_
      """;

  @Test
  void conlluIsReadByItsNames() throws IOException {
    Path file = Files.writeString(folder.resolve("a.conllu"), CONLLU);
    assertEquals(List.of("NOUN", "DET", "PART", "VERB"), tags(model(), file));
    Model fine = model().with("tag_column", "xpos");
    assertEquals(List.of("DT", "NN", "NNS", "POS", "VB"), tags(fine, file));
    assertEquals(List.of("_"), tags(model().with("tag_column", 10), file));
    Model none = model().with("tag_column", "shape");
    assertThrows(OptionException.class, () -> tags(none, file));
    Path other = Files.writeString(folder.resolve("a.txt"), "-DOCSTART- -X- O\n\na NN B-x\n");
    assertEquals(List.of("B-x", "I-x"), tags(model(), other));
    assertEquals(List.of("NN"), tags(model().with("tag_column", 2), other));
  }

  private static List<String> tags(Model model, Path file) {
    return new Tagging().learn(model.options(), Corpus.text(file)).vocabularies().get("tags");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a.txt    | a X/b X Y/             | :2:1: 3 columns; expected 2 as in the first line
          a.txt    | a B-x//b O/c I-x/      | :4: the tag I-x after O breaks the scheme bio
          a.txt    | a B-x/b E-x/c I-x/     | :3: the tag I-x after E-x breaks the scheme bioes
          a.txt    | a S-x/b B-x/           | :2: the tag at the end after B-x breaks the scheme bioes
          a.conllu | 1 a/                   | :1:1: 1 column; expected 10 between tabs
          """)
  void badInputIsToldWithItsLine(String name, String text, String message) throws IOException {
    Path file = Files.writeString(folder.resolve(name), text.replace('/', '\n'));
    String said = assertThrows(FileException.class, () -> tags(model(), file)).getMessage();
    assertTrue(said.startsWith(file + message), said);
  }

  /** A sentence with a malformed line is left out whole, and no other. */
  @Test
  void lenientLeavesOutSentences() {
    var good = List.of("a B-x", "b I-x", "", "c O", "", "d B-x", "", "e O");
    var bad =
        List.of(
            "a B-x",
            "b I-x",
            "",
            "c",
            "c O",
            "",
            "c O",
            "",
            "c O",
            "x y z",
            "c O",
            "",
            "d B-x",
            "",
            "O I-x",
            "O O",
            "",
            "e O",
            "",
            "f O",
            "f B-x extra");
    Model model = model().with("epochs", 2).with("lenient", true);
    assertThrows(FileException.class, () -> train(model.with("lenient", false), bad));
    assertEquals(train(model, good).weights(), train(model, bad).weights());
  }

  @Test
  void anUnseenTagIsRefusedUnlessItIsToBeWrong() {
    var lines = List.of("a X", "b Y", "", "b X", "");
    var test = List.of("a X", "b W", "");
    Model model = model().with("epochs", 1);
    String said =
        assertThrows(FileException.class, () -> evaluate(train(model, lines), test)).getMessage();
    assertTrue(said.contains(":2: the tag 'W' was not in the training text"), said);
    Report report = evaluate(train(model.with("unseen_tags", "wrong"), lines), test);
    assertTrue(report.get("accuracy") <= 50, report.figures().toString());
    assertEquals(2, report.get("tokens"));
  }

  @Test
  void wordsAreLookedUpInLowerCase() {
    Model model = model().with("lowercase", true);
    var learnt = new Tagging().learn(model.options(), Corpus.lines(List.of("The X", "the Y")));
    assertEquals(List.of("<unk>", "the"), learnt.vocabularies().get("words"));
    Model both = model.with("characters", "rnn");
    var spelt = new Tagging().learn(both.options(), Corpus.lines(List.of("The X", "the Y")));
    assertEquals(List.of("<unk>", "e", "h", "T", "t"), spelt.vocabularies().get("characters"));
  }

  /** All words are alike; a further column tells what they are. */
  @Test
  void aFurtherColumnIsSeenIfItIsNamed() {
    var random = new Random(1);
    var lines = new ArrayList<String>();
    for (int i = 0; i < 60; i++) {
      for (int t = 0; t < 4; t++) lines.add("word " + (random.nextBoolean() ? "n B-X" : "v O"));
      lines.add("");
    }
    Model model = model().with("feature_columns", "2").with("feature_embedding", 4);
    Trained trained = train(model, lines);
    assertEquals(100, evaluate(trained, lines).get("accuracy"));
    assertTrue(evaluate(train(model(), lines), lines).get("accuracy") < 75);
    Trained loaded = Trained.of(model, trained.snapshot());
    assertEquals(
        List.of("word n B-X", "word v O", "word v O", ""),
        predict(loaded, List.of("word n", "word v", "word v"), false));
    assertEquals(3, predict(loaded, List.of("word n", "word other"), false).size());
    String none =
        assertThrows(FileException.class, () -> predict(loaded, List.of("word n", "word"), false))
            .getMessage();
    assertTrue(none.contains(":2:1: 1 column; expected 2 as in the first line"), none);
    Model cheating = model.with("feature_columns", "2, 3");
    String refused = assertThrows(OptionException.class, () -> train(cheating, lines)).getMessage();
    assertTrue(refused.contains("names the column of the tags, 3"), refused);
  }
}
