package recurve.tasks;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import recurve.io.FileException;
import recurve.io.FileException.Category;
import recurve.io.text.TextReader;
import recurve.option.Option;
import recurve.option.Options;

/**
 * What becomes of a part of a text that is malformed: it ends the reading, or is left out, counted
 * and told of.
 */
public final class Faults {
  public static final Option<Boolean> LENIENT =
      Option.of("lenient", false, "leave out what is malformed, and tell how much");

  private static final Logger LOG = System.getLogger(Faults.class.getName());

  private final boolean lenient;
  private final Set<String> told = new HashSet<>(); // a text is read once an epoch

  public Faults(Options options) {
    this.lenient = options.get(LENIENT);
  }

  /** A reading of one text. */
  public Reading reading() {
    return new Reading();
  }

  /** One reading of one text, and what was wrong with it. */
  public final class Reading {
    private Optional<FileException> first = Optional.empty();
    private int count;

    private Reading() {}

    /**
     * Reads a text part by part to its end.
     *
     * @param next reads a part; false where there was no more
     */
    public void all(TextReader in, BooleanSupplier next) {
      boolean[] more = {true};
      for (int stuck = 0; more[0]; ) {
        long before = in.line();
        boolean fine = part(() -> more[0] = next.getAsBoolean());
        stuck = fine || in.line() > before ? 0 : stuck + 1;
        if (stuck > 1) throw first.orElseThrow(); // there is no way past it
      }
    }

    /** Reads a part; whether it was as it should be. */
    public boolean part(Runnable part) {
      try {
        part.run();
        return true;
      } catch (FileException e) {
        if (!lenient || e.category() != Category.BAD_DATA) throw e;
        if (first.isEmpty()) first = Optional.of(e);
        count++;
        return false;
      }
    }

    /** How many parts were left out. */
    public int count() {
      return count;
    }

    /** Tells of what was left out, once of each text. */
    public void tell() {
      if (first.isEmpty()) return;
      String what = "left out " + count + " malformed; the first: " + first.get().getMessage();
      if (told.add(what)) LOG.log(Level.WARNING, what);
    }
  }
}
