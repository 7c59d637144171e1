package recurve.cli;

import jakarta.inject.Inject;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;
import recurve.option.Nearest;

/** Finds the command that a command line asks for, and runs it. */
final class Shell {
  static final String VERSION = "recurve 0.1.0";
  static final List<String> VERSION_FLAGS = List.of("-V", "--version");

  private static final Set<String> SHARED = Set.of("-q", Flags.QUIET, Flags.DEBUG, Flags.PLUGINS);

  private final Console console;
  private final Map<String, Command> commands;

  @Inject
  Shell(Console console, Map<String, Command> commands) {
    this.console = console;
    this.commands = new LinkedHashMap<>(commands);
  }

  /** Runs a command line. */
  void run(String... args) {
    CommandLine line = commandLine();
    ParseResult given = parse(line, args);
    if (CommandLine.printHelpIfRequested(given)) return;
    if (!given.hasSubcommand()) {
      throw Failure.usage("no command given; one of " + String.join(", ", commands.keySet()));
    }
    ParseResult own = given.subcommand();
    command(own.commandSpec().name()).run(own);
  }

  /** Reads a command line without running it. */
  ParseResult parse(String... args) {
    return parse(commandLine(), args);
  }

  private Command command(String name) {
    Command command = commands.get(name);
    if (command == null) throw new IllegalStateException("no command '" + name + "'");
    return command;
  }

  private static ParseResult parse(CommandLine line, String... args) {
    try {
      return line.parseArgs(commandFirst(line.getSubcommands().keySet(), args));
    } catch (CommandLine.UnmatchedArgumentException e) {
      throw unmatched(e);
    } catch (CommandLine.ParameterException e) {
      throw Failure.usage(OneLine.of(e) + "." + seeHelp(e.getCommandLine()));
    }
  }

  /** What every command takes may stand before the command too: {@code recurve -q train}. */
  private static String[] commandFirst(Collection<String> commands, String... args) {
    List<String> words = List.of(args);
    int at = 0;
    while (at < args.length && SHARED.contains(words.get(at).replaceFirst("=.*", ""))) {
      at += words.get(at).equals(Flags.PLUGINS) ? 2 : 1;
    }
    if (at >= args.length || !commands.contains(words.get(at))) return args;
    var all = new ArrayList<String>();
    all.add(words.get(at));
    all.addAll(words.subList(0, at));
    all.addAll(words.subList(at + 1, args.length));
    return all.toArray(String[]::new);
  }

  private static Failure unmatched(CommandLine.UnmatchedArgumentException e) {
    CommandLine line = e.getCommandLine();
    String word = e.getUnmatched().get(0);
    CommandSpec spec = line.getCommandSpec();
    if (word.startsWith("-")) {
      String flag = word.contains("=") ? word.substring(0, word.indexOf('=')) : word;
      Collection<String> known = spec.optionsMap().keySet();
      return Failure.usage("no option " + flag + "." + hint(flag, known) + seeHelp(line));
    }
    if (spec.parent() == null) {
      Collection<String> known = spec.subcommands().keySet();
      return Failure.usage("no command '" + word + "'." + hint(word, known) + seeHelp(line));
    }
    return Failure.usage("'" + word + "' is one argument too many." + seeHelp(line));
  }

  private static String hint(String word, Collection<String> known) {
    return Nearest.to(word, known).map(name -> " Did you mean " + name + "?").orElse("");
  }

  private static String seeHelp(CommandLine line) {
    return " See " + line.getCommandSpec().qualifiedName() + " --help.";
  }

  private CommandLine commandLine() {
    CommandSpec root = CommandSpec.create().name("recurve").version(VERSION);
    root.usageMessage()
        .description("Recurrent sequence models: train, evaluate, generate, export.")
        .footer(
            "",
            "Every command has --help with an example.",
            "Exit codes: 0 fine, 2 usage,"
                + " 65 bad data, 66 no input, 73 cannot create output, 74 I/O, 75 locked,"
                + " 78 bad configuration, 130 and 143 interrupted, 1 a bug of ours.");
    root.usageMessage().width(OptionHelp.WIDTH);
    addShared(root);
    root.addOption(help());
    root.addOption(
        OptionSpec.builder(VERSION_FLAGS.toArray(String[]::new))
            .versionHelp(true)
            .description("show the version")
            .build());
    commands.forEach((name, command) -> root.addSubcommand(name, spec(command)));
    CommandLine line = new CommandLine(root);
    line.setOut(new PrintWriter(console.out(), true, console.out().charset()));
    // a name forgotten must not eat the option behind it
    line.setUnmatchedOptionsAllowedAsOptionParameters(false);
    return line;
  }

  private static void addShared(CommandSpec spec) {
    spec.addOption(Flags.values("DIR", "folder of plugin jars; may be given again", Flags.PLUGINS));
    spec.addOption(Flags.truth("only results and errors", "-q", Flags.QUIET));
    spec.addOption(Flags.truth("show where an error came from", Flags.DEBUG));
  }

  private static OptionSpec help() {
    return OptionSpec.builder("-h", "--help").usageHelp(true).description("show this").build();
  }

  private static CommandSpec spec(Command command) {
    CommandSpec spec = CommandSpec.create();
    spec.usageMessage().width(OptionHelp.WIDTH);
    spec.usageMessage().description(Flags.plain(command.summary())).sortOptions(false);
    spec.usageMessage().abbreviateSynopsis(true);
    command.declare(spec);
    addShared(spec);
    spec.addOption(help());
    List<String> examples = command.examples();
    spec.usageMessage().footerHeading(examples.size() == 1 ? "%nExample:%n" : "%nExamples:%n");
    spec.usageMessage()
        .footer(examples.stream().map(e -> "  " + Flags.plain(e)).toArray(String[]::new));
    return spec;
  }
}
