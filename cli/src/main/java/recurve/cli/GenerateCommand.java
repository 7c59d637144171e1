package recurve.cli;

import jakarta.inject.Inject;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import recurve.option.Options;
import recurve.task.Session;
import recurve.task.Task;
import recurve.train.Trained;

/** {@code recurve generate}: new text. */
final class GenerateCommand implements Command {
  private static final String PROMPT = "--prompt";

  private final Models models;
  private final Backends backends;
  private final Decoding decoding;

  @Inject
  GenerateCommand(Models models, Backends backends, Decoding decoding) {
    this.models = models;
    this.backends = backends;
    this.decoding = decoding;
  }

  @Override
  public String summary() {
    return "Writes new text by a trained model.";
  }

  @Override
  public List<String> examples() {
    return List.of("recurve generate model --prompt \"the state of\"");
  }

  @Override
  public void declare(CommandSpec spec) {
    spec.addPositional(Flags.position("DIR", "the model's folder"));
    spec.addOption(Flags.value("TEXT", "what the new text goes on from", PROMPT));
    Flags.addRunning(spec);
    Flags.addWeights(spec);
    decoding.declare(spec);
  }

  @Override
  public void run(ParseResult given) {
    Trained trained = models.load(Flags.path(Flags.position(given))).trained();
    Task task = trained.model().task();
    Options options = decoding.options(task, given);
    String prompt = Flags.text(given, PROMPT).orElse("");
    Backends.Choice on = backends.choose(given);
    try (Session session = trained.session(on.backend(), on.threads(), Flags.weights(given));
        Stream<String> text = text(trained, session, prompt, options)) {
      if (Flags.isSet(given, Flags.JSON)) {
        decoding.printJson(task, "text", text.collect(Collectors.joining()));
      } else {
        decoding.print(Stream.concat(text, Stream.of("\n")));
      }
    }
  }

  private static Stream<String> text(
      Trained trained, Session session, String prompt, Options options) {
    try {
      return trained.problem().generate(session, prompt, options);
    } catch (UnsupportedOperationException e) { // the message is for the user, says its contract
      throw new Failure(Exit.USAGE, OneLine.of(e), e);
    }
  }
}
