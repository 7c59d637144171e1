package recurve.cli;

import java.io.PrintStream;
import java.io.UncheckedIOException;
import recurve.backend.UnsupportedGraphException;
import recurve.cell.CellException;
import recurve.io.FileException;
import recurve.io.onnx.OnnxException;
import recurve.ir.ShapeException;
import recurve.option.OptionException;
import recurve.plugin.PluginException;
import recurve.train.TrainingException;

/**
 * How a failure is told: one line and an exit code.
 *
 * @param exit the code
 * @param line what is printed
 */
record Complaint(Exit exit, String line) {
  private static final String NAME = "recurve: ";

  /** What to tell of an exception that ended a command. */
  static Complaint of(RuntimeException e) {
    return switch (e) {
      case Failure f -> ours(f.exit(), f);
      case FileException f -> new Complaint(Exit.of(f.category()), OneLine.of(f));
      case OptionException f -> ours(Exit.USAGE, f);
      case PluginException f -> ours(Exit.USAGE, f);
      // the description of the model, or a plugin in it, asks for what cannot be
      case TrainingException f -> ours(Exit.CONFIG, f);
      case CellException f -> ours(Exit.CONFIG, f);
      case ShapeException f -> ours(Exit.CONFIG, f);
      case UnsupportedGraphException f -> ours(Exit.CONFIG, f);
      case OnnxException f -> ours(Exit.BAD_DATA, f);
      case UncheckedIOException f -> ours(Exit.IO, f);
      default -> // what nobody foresaw is a bug
          new Complaint(
              Exit.BUG,
              NAME
                  + "this is a bug: "
                  + OneLine.of(e.toString())
                  + ". Please report it with what --debug prints.");
    };
  }

  /** Memory ran out: nothing is broken, the model is too large for the machine. */
  static Complaint of(OutOfMemoryError e) {
    return new Complaint(
        Exit.CONFIG,
        NAME
            + "out of memory: "
            + OneLine.of(e)
            + ". Lower batch, bptt or units, or give Java more with JAVA_TOOL_OPTIONS=-Xmx8g.");
  }

  /** Classes do not fit together, as ours always do. */
  static Complaint of(LinkageError e) {
    return new Complaint(
        Exit.CONFIG,
        NAME
            + "a plugin does not fit this version: "
            + OneLine.of(e.toString())
            + ". Build it against this version, or leave it out.");
  }

  private static Complaint ours(Exit exit, RuntimeException e) {
    return new Complaint(exit, NAME + OneLine.of(e));
  }

  /** Prints it, with the place in our code if asked for. */
  int print(PrintStream err, Throwable cause, boolean debug) {
    err.println(line);
    if (debug) cause.printStackTrace(err);
    return exit.code();
  }
}
