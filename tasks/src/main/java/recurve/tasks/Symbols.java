package recurve.tasks;

import java.util.List;
import recurve.option.Option;
import recurve.option.Options;
import recurve.task.Subwords;

/** Cuts text into words or characters, and joins them again. */
public enum Symbols implements Subwords.Pieces {
  WORDS(" ") {
    @Override
    public List<String> split(String text) {
      return List.of(text.strip().split("\\s+"));
    }
  },

  CHARACTERS("") {
    @Override
    public List<String> split(String text) {
      return text.codePoints().mapToObj(Character::toString).toList();
    }
  };

  /** What a symbol is. */
  public enum Level {
    /** What stands between spaces. */
    WORD,
    /** A Unicode code point; the space is one. */
    CHARACTER
  }

  public static final Option<Level> LEVEL = Option.of("level", Level.WORD, "what a symbol is");

  private final String separator;

  Symbols(String separator) {
    this.separator = separator;
  }

  /** The symbols that the options ask for. */
  public static Symbols of(Options options) {
    return of(options.get(LEVEL));
  }

  /** The symbols of a level. */
  public static Symbols of(Level level) {
    return switch (level) {
      case WORD -> WORDS;
      case CHARACTER -> CHARACTERS;
    };
  }

  /** The symbols of a text that is not blank, at least one. */
  @Override
  public abstract List<String> split(String text);

  @Override
  public String join(List<String> symbols) {
    return String.join(separator, symbols);
  }

  /** What stands before a symbol that is not the first of its line. */
  public String joint(boolean first) {
    return first ? "" : separator;
  }
}
