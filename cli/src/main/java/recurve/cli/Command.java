package recurve.cli;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** One command: what it takes and what it does. */
interface Command {
  /** What it does, in a sentence. */
  String summary();

  /** Command lines that work, for its help; each begins with {@code recurve}. */
  List<String> examples();

  /** Adds what it takes; help and the flags that all commands share are there. */
  void declare(CommandSpec spec);

  /**
   * Does it.
   *
   * @throws Failure with the sentence for the user, as may the libraries with theirs
   */
  void run(ParseResult given);
}
