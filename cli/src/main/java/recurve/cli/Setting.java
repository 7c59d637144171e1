package recurve.cli;

import recurve.io.FileException;

/**
 * A value that was given for an option.
 *
 * @param name the option's, with underscores
 * @param text the value as written
 * @param source where it was given
 */
record Setting(String name, String text, Source source) {
  /** Where a value was given. */
  sealed interface Source {
    /** What is wrong with it, to be thrown: each place has its own form and exit code. */
    RuntimeException problem(String what);

    /** The command line. */
    record CommandLine() implements Source {
      @Override
      public RuntimeException problem(String what) {
        return Failure.usage(what);
      }
    }

    /** A place in a configuration file, counted from 1. */
    record Place(String file, long line, long column) implements Source {
      @Override
      public RuntimeException problem(String what) {
        return new FileException(FileException.Category.CONFIG, file, line, column, what);
      }
    }
  }

  /** What is wrong with the value, to be thrown. */
  RuntimeException problem(String what) {
    return source.problem(what);
  }
}
