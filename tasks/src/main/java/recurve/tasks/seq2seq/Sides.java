package recurve.tasks.seq2seq;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import recurve.io.FileException;
import recurve.io.FileException.Category;
import recurve.option.Option;
import recurve.option.OptionException;
import recurve.option.Options;
import recurve.plugin.Catalog;
import recurve.task.Subwords;
import recurve.tasks.Symbols;
import recurve.tasks.Vocabulary;

/**
 * How source and target are cut into symbols and put together again.
 *
 * @param files what is saved of it with the vocabularies, by name: a file in base 64 as one entry
 */
record Sides(Subwords.Pieces source, Subwords.Pieces target, Map<String, List<String>> files) {
  /** What a symbol is. */
  enum Level {
    /** What stands between spaces. */
    WORD,
    /** A Unicode code point; the space is one. */
    CHARACTER,
    /** A part of a word, as a file says. */
    SUBWORD
  }

  static final Option<Level> SOURCE_LEVEL =
      Option.of("source_level", Level.WORD, "what a symbol of the source is");
  static final Option<Level> TARGET_LEVEL =
      Option.of("target_level", Level.WORD, "what a symbol of the target is");
  static final Option<String> SOURCE_SUBWORDS =
      Option.ofFile("source_subwords", "vocabulary of parts of words for level subword");
  static final Option<String> TARGET_SUBWORDS =
      Option.ofFile("target_subwords", "the same of the target; may be one file");
  static final Option<String> SUBWORDS =
      Option.of("subwords", "sentencepiece", "the plugin that reads those files");

  private static final String SUFFIX = "-subwords"; // of the vocabulary that is such a file

  static List<Option<?>> options() {
    return List.of(SOURCE_LEVEL, TARGET_LEVEL, SUBWORDS, SOURCE_SUBWORDS, TARGET_SUBWORDS);
  }

  /** As the options say; reads the files that they name. */
  static Sides of(Options options, Catalog<Subwords> installed) {
    var files = new LinkedHashMap<String, List<String>>();
    Subwords.Pieces source =
        pieces(options, SOURCE_LEVEL, SOURCE_SUBWORDS, Translator.SOURCE, installed, files);
    Subwords.Pieces target =
        pieces(options, TARGET_LEVEL, TARGET_SUBWORDS, Translator.TARGET, installed, files);
    return new Sides(source, target, files);
  }

  private static Subwords.Pieces pieces(
      Options options,
      Option<Level> level,
      Option<String> file,
      String side,
      Catalog<Subwords> installed,
      Map<String, List<String>> files) {
    return switch (options.get(level)) {
      case WORD -> Symbols.WORDS;
      case CHARACTER -> Symbols.CHARACTERS;
      case SUBWORD -> {
        Subwords kind = installed.get(options.get(SUBWORDS));
        if (options.get(file).isEmpty()) {
          throw new OptionException(
              "option "
                  + level
                  + " is subword but no file says what they are. Name it with "
                  + file);
        }
        Path path = Path.of(options.get(file));
        byte[] content = content(path);
        Subwords.Pieces pieces;
        try {
          pieces = kind.open(content);
        } catch (IllegalArgumentException e) {
          throw new FileException(
              Category.BAD_DATA,
              path,
              "no vocabulary of kind "
                  + kind.name()
                  + " ("
                  + e.getMessage()
                  + "). Check the name, or "
                  + SUBWORDS
                  + ".");
        }
        files.put(side + SUFFIX, List.of(Base64.getEncoder().encodeToString(content)));
        yield pieces;
      }
    };
  }

  private static byte[] content(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw FileException.reading(file.toString(), e);
    }
  }

  /** Those that a model was trained with. */
  static Sides saved(
      Options options, Map<String, List<String>> vocabularies, Catalog<Subwords> installed) {
    var files = new LinkedHashMap<>(vocabularies);
    files.keySet().removeIf(name -> !name.endsWith(SUFFIX));
    return new Sides(
        pieces(options, options.get(SOURCE_LEVEL), Translator.SOURCE, vocabularies, installed),
        pieces(options, options.get(TARGET_LEVEL), Translator.TARGET, vocabularies, installed),
        files);
  }

  private static Subwords.Pieces pieces(
      Options options,
      Level level,
      String side,
      Map<String, List<String>> vocabularies,
      Catalog<Subwords> installed) {
    return switch (level) {
      case WORD -> Symbols.WORDS;
      case CHARACTER -> Symbols.CHARACTERS;
      case SUBWORD -> {
        String file = Vocabulary.saved(vocabularies, side + SUFFIX).word(0);
        yield installed.get(options.get(SUBWORDS)).open(Base64.getDecoder().decode(file));
      }
    };
  }
}
