package recurve.cli;

import java.io.InputStream;
import java.io.PrintStream;

/**
 * Where a command reads and writes.
 *
 * @param in what is typed or piped in
 * @param out results
 * @param err errors and warnings, a line each
 * @param terminal whether a person looks on: then progress is one line, written over and over
 */
record Console(InputStream in, PrintStream out, PrintStream err, boolean terminal) {
  void warn(String message) {
    err.println("recurve: " + OneLine.of(message));
  }
}
