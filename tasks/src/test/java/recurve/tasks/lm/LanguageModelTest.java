package recurve.tasks.lm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import recurve.backend.Reference;
import recurve.cell.Cell;
import recurve.cell.Next;
import recurve.cell.Step;
import recurve.io.FileException;
import recurve.ir.Ops;
import recurve.ir.Value;
import recurve.option.OptionException;
import recurve.option.Options;
import recurve.task.Corpus;
import recurve.task.Report;
import recurve.task.Session;
import recurve.train.Listener;
import recurve.train.Model;
import recurve.train.Snapshot;
import recurve.train.Trained;
import recurve.train.Trainer;

class LanguageModelTest {
  /** The smallest cell, so that these tests need none of the cells that ship. */
  private static final class Plain implements Cell {
    @Override
    public String name() {
      return "plain";
    }

    @Override
    public Next step(Step s) {
      Value h = Ops.tanh(s.affine("h", s.input(), s.state("h")));
      return Next.output(h).with("h", h);
    }
  }

  private static final List<String> TEXT = text(60);

  private static List<String> text(int lines) {
    var random = new Random(3);
    var text = new ArrayList<String>();
    for (int i = 0; i < lines; i++) {
      text.add(random.nextBoolean() ? "the cat sat on the mat" : "a dog ran in the park today");
    }
    return text;
  }

  private static Model model() {
    return Model.of(new LanguageModeling(), name -> new Plain())
        .with(Map.of("cell", "plain", "units", "12", "batch", "4", "bptt", "7", "epochs", "8"))
        .with("learning_rate", 0.02);
  }

  private static Trained train(Model model, Listener listener) {
    Corpus corpus = Corpus.lines(TEXT);
    return new Trainer(model, new Reference(), 1).fit(corpus, Optional.of(corpus), listener);
  }

  private static Report evaluate(Trained trained, List<String> lines) {
    return trained.evaluate(Corpus.lines(lines), new Reference(), 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"stream", "sentence"})
  void aRegularTextIsLearnt(String reading) {
    Trained trained = train(model().with("reading", reading), Listener.SILENT);
    // of fourteen symbols only the choice between two sentences is open: ln 2 / 7.5 at best
    double perplexity = evaluate(trained, TEXT).get("perplexity");
    assertTrue(perplexity < 1.5, "perplexity " + perplexity);
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 12})
  void aTiedModelIsLearntAtEveryWidthOfEmbedding(int embedding) {
    Model tied = model().with("tie", true).with("embedding", embedding);
    Trained trained = train(tied, Listener.SILENT);
    assertTrue(evaluate(trained, TEXT).get("perplexity") < 2);
    assertEquals(embedding == 5, trained.weights().containsKey("projection.W"));
  }

  @Test
  void anUntrainedModelOfZeroOutputIsUniform() {
    Trained trained =
        train(
            model()
                .with("learning_rate", 0)
                .with("init", "uniform")
                .with("init_scale", 0)
                .with("epochs", 1),
            Listener.SILENT);
    int symbols = trained.problem().vocabularies().get("symbols").size();
    Report report = evaluate(trained, TEXT);
    assertEquals(symbols, report.get("perplexity"), 1e-4);
    double count = TEXT.stream().mapToInt(line -> line.split(" ").length + 1).sum();
    assertEquals(count, report.get("tokens"));
  }

  @Test
  void theProbabilitiesOfASentenceAreThoseOfTheEvaluation() {
    Trained trained = train(model(), Listener.SILENT);
    String sentence = "the dog sat in the park";
    Options show = decoding().with(Map.of("show", "probabilities"));
    try (Session session = trained.session(new Reference(), 1)) {
      List<String> rows =
          trained.problem().predict(session, Corpus.lines(List.of(sentence)), show).toList();
      double product = 1;
      for (String row : rows.subList(0, 7)) product *= Double.parseDouble(row.split("\t")[1]);
      Report report = evaluate(trained, List.of(sentence));
      assertEquals(report.get("nll") * 7, -Math.log(product), 1e-3);
      assertEquals("# perplexity\t" + format(report.get("perplexity")), rows.get(7));
    }
  }

  private static String format(double v) {
    return String.format(java.util.Locale.ROOT, "%.4f", v);
  }

  private static Options decoding() {
    return Options.of(new LanguageModeling().decoding());
  }

  private static String generate(Trained trained, Map<String, String> options) {
    try (Session session = trained.session(new Reference(), 1)) {
      return trained
          .problem()
          .generate(session, "the", decoding().with(options))
          .collect(Collectors.joining());
    }
  }

  @Test
  void nextSymbolsComeWithTheLikeliestFirst() {
    Trained trained = train(model(), Listener.SILENT);
    try (Session session = trained.session(new Reference(), 1)) {
      Options all = decoding().with(Map.of("top", "100000"));
      List<String> rows =
          trained.problem().predict(session, Corpus.lines(List.of("the")), all).toList();
      double last = 1, sum = 0;
      var seen = new java.util.HashSet<String>();
      for (String row : rows.subList(0, rows.size() - 1)) { // an empty one ends the line's
        String[] parts = row.split("\t");
        double p = Double.parseDouble(parts[1]);
        assertTrue(p <= last && seen.add(parts[0]), row + " after " + last);
        last = p;
        sum += p;
      }
      assertEquals(1, sum, 1e-4); // so none is missing
      assertTrue(rows.get(0).startsWith("cat\t"), rows.get(0)); // as the greedy text goes on
    }
  }

  @Test
  void greedyTopOneAndTinyMassAgreeAndTheSeedDecidesTheRest() {
    Trained trained = train(model(), Listener.SILENT);
    String greedy = generate(trained, Map.of("temperature", "0", "tokens", "12"));
    assertTrue(greedy.startsWith("the cat sat on the mat\n"), greedy);
    assertEquals(greedy, generate(trained, Map.of("top_k", "1", "tokens", "12", "seed", "9")));
    assertEquals(greedy, generate(trained, Map.of("top_p", "0.0001", "tokens", "12")));
    String one = generate(trained, Map.of("temperature", "3", "seed", "1"));
    assertEquals(one, generate(trained, Map.of("temperature", "3", "seed", "1")));
    assertTrue(!one.equals(generate(trained, Map.of("temperature", "3", "seed", "2"))), one);
    assertEquals(
        "the cat sat on the mat\n",
        generate(trained, Map.of("temperature", "0", "until_eos", "true")));
  }

  @Test
  void charactersAreLearntAndTheirBitsCounted() {
    Model characters = model().with("level", "character").with("epochs", 3);
    Report report = evaluate(train(characters, Listener.SILENT), TEXT);
    double bits = report.get("bits_per_character");
    assertEquals(Math.log(report.get("perplexity")) / Math.log(2), bits, 1e-9);
    assertTrue(bits < 2.5, "bits " + bits);
    double count = TEXT.stream().mapToInt(line -> line.length() + 1).sum();
    assertEquals(count, report.get("tokens"));
  }

  @Test
  void rareWordsBecomeUnknown() {
    var text = new ArrayList<>(TEXT);
    text.add("the platypus sat");
    var words =
        new LanguageModeling()
            .learn(model().with("min_count", 2).options(), Corpus.lines(text))
            .vocabularies()
            .get("symbols");
    assertTrue(words != null && !words.contains("platypus") && words.contains("<unk>"));
    var few =
        new LanguageModeling()
            .learn(model().with("vocabulary", 5).options(), Corpus.lines(text))
            .vocabularies()
            .get("symbols");
    assertEquals(List.of("<eos>", "<unk>", "the", "cat", "mat").size(), few.size());
  }

  @Test
  void aBidirectionalLanguageModelIsRefusedWithTheReason() {
    Model both = model().with("bidirectional", true);
    String message =
        assertThrows(OptionException.class, () -> train(both, Listener.SILENT)).getMessage();
    assertTrue(message.contains("cannot be bidirectional"), message);
  }

  @Test
  void textOfUnknownWordsOnlyIsRefused() {
    Trained trained = train(model().with("epochs", 1), Listener.SILENT);
    String message =
        assertThrows(FileException.class, () -> evaluate(trained, List.of("xyz zyx"))).getMessage();
    assertTrue(message.contains("not one symbol is in the vocabulary"), message);
  }

  /** Every option that keeps something from step to step, stopped after every few batches. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "optimizer=adam,dropout=0.3",
        "optimizer=asgd,average_after=2,learning_rate=0.5",
        "optimizer=nesterov,schedule=plateau,accumulate=3,clip_norm=1",
        "optimizer=sgd,reading=sentence,learned_state=true,accumulate=0,learning_rate=0.5"
      })
  void aResumedRunIsTheRunThatNeverStopped(String set) {
    Model model = model().with("epochs", 4).with("checkpoint_every", 5);
    for (String pair : set.split(",")) {
      model = model.with(pair.split("=")[0], pair.split("=")[1]);
    }
    var snapshots = new ArrayList<Snapshot>();
    Trained whole =
        train(
            model,
            new Listener() {
              @Override
              public void checkpoint(java.util.function.Supplier<Snapshot> s, boolean best) {
                snapshots.add(s.get());
              }
            });
    assertTrue(snapshots.size() > 4);
    Corpus corpus = Corpus.lines(TEXT);
    for (Snapshot from : snapshots) {
      Trained resumed =
          new Trainer(model, new Reference(), 1)
              .resume(from, corpus, Optional.of(corpus), Listener.SILENT);
      assertEquals(whole.weights(), resumed.weights());
    }
  }
}
