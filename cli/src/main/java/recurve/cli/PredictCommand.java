package recurve.cli;

import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import recurve.io.text.TextReader;
import recurve.option.Options;
import recurve.task.Corpus;
import recurve.task.Session;
import recurve.train.Trained;

/** {@code recurve predict}: what a model says about each line of a text. */
final class PredictCommand implements Command {
  private static final String INPUT = "--input";
  private static final String DATA = "--data"; // as evaluate has it
  private static final String STANDARD = "-";

  private final Console console;
  private final Models models;
  private final Backends backends;
  private final Decoding decoding;

  @Inject
  PredictCommand(Console console, Models models, Backends backends, Decoding decoding) {
    this.console = console;
    this.models = models;
    this.backends = backends;
    this.decoding = decoding;
  }

  @Override
  public String summary() {
    return "Writes what a trained model says about a text, a line for each.";
  }

  @Override
  public List<String> examples() {
    return List.of(
        "recurve predict model --input lines.txt", "recurve predict model --data - < lines.txt");
  }

  @Override
  public void declare(CommandSpec spec) {
    spec.addPositional(Flags.position("DIR", "the model's folder"));
    spec.addOption(Flags.value("FILE", "text; '-' is standard input, as is none", INPUT, DATA));
    Flags.addRunning(spec);
    Flags.addWeights(spec);
    decoding.declare(spec);
  }

  @Override
  public void run(ParseResult given) {
    String input = Flags.text(given, INPUT).orElse(STANDARD);
    boolean typed = input.equals(STANDARD);
    Optional<Corpus> file = typed ? Optional.empty() : Optional.of(file(Flags.path(input)));
    Trained trained = models.load(Flags.path(Flags.position(given))).trained();
    Options options = decoding.options(trained.model().task(), given);
    Backends.Choice on = backends.choose(given);
    try (Session session = trained.session(on.backend(), on.threads(), Flags.weights(given))) {
      Consumer<Corpus> answer =
          corpus -> answer(trained, session, corpus, options, Flags.isSet(given, Flags.JSON));
      if (file.isPresent()) answer.accept(file.get());
      else standardInput(answer);
    }
  }

  private void answer(
      Trained trained, Session session, Corpus corpus, Options options, boolean json) {
    try (Stream<String> lines = trained.problem().predict(session, corpus, options)) {
      if (json) decoding.printJson(trained.model().task(), "lines", lines.toList());
      else decoding.print(lines.map(line -> line + "\n"));
    }
  }

  private static Corpus file(Path path) {
    TextReader.open(path).close();
    return Corpus.text(path);
  }

  /** A person has an answer to each line; what is piped in is one text. */
  private void standardInput(Consumer<Corpus> answer) {
    var lines = new ArrayList<String>();
    try (TextReader in = TextReader.of("standard input", console.in(), TextReader.LINE_LIMIT)) {
      for (var line = in.next(); line.isPresent(); line = in.next()) {
        if (console.terminal()) answer.accept(Corpus.lines(List.of(line.get())));
        else lines.add(line.get());
      }
    }
    if (!console.terminal()) answer.accept(Corpus.lines(lines));
  }
}
