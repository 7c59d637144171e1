package recurve.task;

import java.util.List;
import recurve.plugin.Plugin;

/**
 * A kind of vocabulary of parts of words, as a library keeps it in a file. A service: a module
 * provides it under a name.
 */
public interface Subwords extends Plugin {
  /** Its name, {@code [a-z0-9-]+}; written into checkpoints, so never changed. */
  @Override
  String name();

  /**
   * The vocabulary that a file holds.
   *
   * @param file the file's content, which is saved with a model
   * @throws IllegalArgumentException if it is none of this kind; the message tells why
   */
  Pieces open(byte[] file);

  /** Cuts text into pieces and makes text of pieces. */
  interface Pieces {
    /** The pieces of a text that is not blank, at least one. */
    List<String> split(String text);

    /** The text that pieces are of; of any pieces, not only of those of one text. */
    String join(List<String> pieces);
  }
}
