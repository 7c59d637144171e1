package recurve.tasks.lm;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import recurve.io.FileException;
import recurve.io.FileException.Category;
import recurve.io.text.TextReader;
import recurve.task.Corpus;
import recurve.tasks.lm.LanguageModeling.Level;

/** Cuts lines into words or characters, and joins them again. Blank lines hold no sentence. */
enum Symbols {
  WORDS(" ") {
    @Override
    List<String> split(String line) {
      return List.of(line.strip().split("\\s+"));
    }
  },

  CHARACTERS("") {
    @Override
    List<String> split(String line) {
      return line.codePoints().mapToObj(Character::toString).toList();
    }
  };

  /** The symbols of one line of text, at least one. */
  record Line(List<String> symbols) {}

  private final String separator;

  Symbols(String separator) {
    this.separator = separator;
  }

  static Symbols of(Level level) {
    return switch (level) {
      case WORD -> WORDS;
      case CHARACTER -> CHARACTERS;
    };
  }

  abstract List<String> split(String line);

  String join(List<String> symbols) {
    return String.join(separator, symbols);
  }

  /** What stands before a symbol that is not the first of its line. */
  String joint(boolean first) {
    return first ? "" : separator;
  }

  /** Reads a text line by line. */
  void read(Corpus corpus, Consumer<Line> each) {
    switch (corpus) {
      case Corpus.Lines(List<String> lines) -> lines.forEach(line -> take(line, each));
      case Corpus.Paths(List<Path> paths) -> {
        for (Path path : paths) {
          try (TextReader in = TextReader.open(path)) {
            for (var line = in.next(); line.isPresent(); line = in.next()) {
              take(line.get(), each);
            }
          }
        }
      }
    }
  }

  private void take(String line, Consumer<Line> each) {
    if (!line.isBlank()) each.accept(new Line(split(line)));
  }

  /** The text holds nothing to read. */
  static FileException empty(Corpus corpus) {
    return new FileException(
        Category.BAD_DATA, name(corpus), "there are blank lines only; expected text.");
  }

  /** The text holds nothing that the model knows. */
  static FileException unknown(Corpus corpus) {
    return new FileException(
        Category.BAD_DATA,
        name(corpus),
        "not one symbol is in the vocabulary; expected text like that of the training. Check that"
            + " it is the right file, or lower min_count.");
  }

  private static String name(Corpus corpus) {
    return switch (corpus) {
      case Corpus.Lines lines -> "text in memory";
      case Corpus.Paths(List<Path> paths) ->
          String.join(", ", paths.stream().map(Path::toString).toList());
    };
  }
}
