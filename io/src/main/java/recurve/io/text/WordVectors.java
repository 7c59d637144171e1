package recurve.io.text;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import recurve.io.FileException;
import recurve.io.FileException.Category;

/**
 * Pretrained word vectors as word2vec, GloVe and fastText write them in text: a word and its
 * numbers, one word a line, with or without a first line of two counts; or as word2vec writes them
 * in binary. Which it is, the content tells.
 *
 * @param dimension how many numbers each word has
 * @param vectors the wanted words that the file has, in its order
 * @param duplicates words that stand twice or more; the first line counts, as in gensim
 */
public record WordVectors(int dimension, Map<String, float[]> vectors, Set<String> duplicates) {

  public WordVectors {
    vectors = Collections.unmodifiableMap(new LinkedHashMap<>(vectors));
    duplicates = Set.copyOf(duplicates);
  }

  /**
   * Reads the vectors of some words.
   *
   * @param wanted which words to keep: memory is needed for these only
   * @throws FileException naming the line that has another dimension, or a number that is none
   */
  public static WordVectors read(Path file, Predicate<String> wanted) {
    if (BinaryVectors.isBinary(file)) return BinaryVectors.read(file, wanted);
    try (TextReader in = TextReader.open(file)) {
      return new Parser(in, wanted).parse();
    }
  }

  /**
   * Reads the vectors of some words into embeddings of a given width.
   *
   * @throws FileException if the file's vectors have another dimension
   */
  public static WordVectors read(Path file, int dimension, Predicate<String> wanted) {
    WordVectors read = read(file, wanted);
    if (read.dimension == dimension) return read;
    String what = "has vectors of " + read.dimension + " numbers; expected " + dimension;
    throw new FileException(
        Category.BAD_DATA, file, what + ". Set the embedding's width to " + read.dimension + ".");
  }

  private static final class Parser {
    private final TextReader in;
    private final Predicate<String> wanted;
    private final Map<String, float[]> vectors = new LinkedHashMap<>();
    private final Set<String> duplicates = new HashSet<>();
    private Optional<Header> header = Optional.empty();
    private int dimension;
    private long words;

    private record Header(long words, int dimension) {}

    /** A piece of a line: its text, and its column from 0 in UTF-16 units. */
    private record Token(String text, int at) {}

    Parser(TextReader in, Predicate<String> wanted) {
      this.in = in;
      this.wanted = wanted;
    }

    WordVectors parse() {
      for (var line = in.next(); line.isPresent(); line = in.next()) {
        List<Token> tokens = split(line.get());
        if (in.line() == 1 && isHeader(tokens)) {
          header(tokens);
        } else {
          word(line.get(), tokens);
        }
      }
      header.ifPresent(this::checkCount);
      return new WordVectors(dimension, vectors, duplicates);
    }

    private static boolean isHeader(List<Token> tokens) {
      return tokens.size() == 2 && tokens.stream().allMatch(t -> t.text.matches("[0-9]{1,9}"));
    }

    private void header(List<Token> tokens) {
      dimension = Integer.parseInt(tokens.get(1).text);
      if (dimension == 0) throw in.problem(1, "vectors of no numbers; expected at least one.");
      header = Optional.of(new Header(Long.parseLong(tokens.get(0).text), dimension));
    }

    private void word(String line, List<Token> tokens) {
      words++;
      if (dimension == 0) dimension = tokens.size() - 1;
      int first = tokens.size() - dimension; // of the numbers
      if (dimension < 1 || first < 1) throw wrongDimension(tokens.size() - 1);
      // GloVe 840B has words of several parts, none of them a number
      for (Token t : tokens.subList(1, first)) {
        if (isNumber(t.text)) throw wrongDimension(tokens.size() - 1);
      }
      String word = line.substring(tokens.get(0).at, tokens.get(first).at - 1).stripTrailing();
      if (!wanted.test(word)) return;
      var vector = new float[dimension];
      for (int i = 0; i < dimension; i++) vector[i] = number(line, tokens.get(first + i));
      if (vectors.putIfAbsent(word, vector) != null) duplicates.add(word);
    }

    private FileException wrongDimension(int found) {
      String expected = dimension < 1 ? "a word and its numbers" : Integer.toString(dimension);
      return in.problem(
          1, found + " numbers after the word; expected " + expected + ". Is the line cut?");
    }

    private float number(String line, Token token) {
      long column = line.codePointCount(0, token.at) + 1;
      float x;
      try {
        x = Float.parseFloat(token.text);
      } catch (NumberFormatException e) {
        throw in.problem(column, "'" + brief(token.text) + "'; expected a number.");
      }
      if (!Float.isFinite(x)) {
        throw in.problem(
            column, "'" + brief(token.text) + "'; expected a finite number. Remove the line.");
      }
      return x;
    }

    private static boolean isNumber(String text) {
      return text.matches("[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?");
    }

    private static String brief(String text) {
      return text.length() <= 40 ? text : text.substring(0, 40) + "...";
    }

    private void checkCount(Header h) {
      if (h.words == words) return;
      throw new FileException(
          Category.BAD_DATA,
          in.name(),
          in.line(),
          "the file ends after "
              + words
              + " words; its first line announces "
              + h.words
              + ". Get it again.");
    }

    private static List<Token> split(String line) {
      var tokens = new ArrayList<Token>();
      int i = 0;
      while (i < line.length()) {
        int from = i;
        while (i < line.length() && line.charAt(i) != ' ' && line.charAt(i) != '\t') i++;
        if (i > from) tokens.add(new Token(line.substring(from, i), from));
        i++;
      }
      return tokens;
    }
  }
}
