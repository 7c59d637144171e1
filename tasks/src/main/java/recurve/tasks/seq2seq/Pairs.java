package recurve.tasks.seq2seq;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import recurve.io.text.TextReader;
import recurve.option.Option;
import recurve.option.Options;
import recurve.task.Corpus;
import recurve.task.Subwords;
import recurve.tasks.Texts;

/** Reads pairs of texts: lines {@code source TAB target}, or two files line by line. */
final class Pairs {
  static final Option<Integer> LONGEST =
      Option.of("longest", 1000, "most symbols of a source or target; a longer one is an error")
          .atLeast(1);

  /**
   * One pair.
   *
   * @param text the target as it stands in the file
   */
  record Pair(List<String> source, List<String> target, String text) {
    Pair {
      source = List.copyOf(source);
      target = List.copyOf(target);
    }
  }

  private final Subwords.Pieces source;
  private final Subwords.Pieces target;
  private final int longest;

  Pairs(Options options, Sides sides) {
    this.source = sides.source();
    this.target = sides.target();
    this.longest = options.get(LONGEST);
  }

  /** The symbols of one source. */
  List<String> source(String text) {
    return source.split(text);
  }

  /** The symbols of one target. */
  List<String> target(String text) {
    return target.split(text);
  }

  /** Symbols of the target as text. */
  String join(List<String> symbols) {
    return target.join(symbols);
  }

  /** Hands over each pair, in the order of the text. */
  void read(Corpus corpus, Consumer<Pair> each) {
    if (corpus instanceof Corpus.Paths(List<Path> paths) && paths.size() > 1) {
      if (paths.size() > 2) {
        String found = paths.size() + " files; expected one of lines 'source TAB target', or two";
        throw Texts.bad(corpus, found + " that are parallel.");
      }
      try (TextReader a = TextReader.open(paths.get(0));
          TextReader b = TextReader.open(paths.get(1))) {
        parallel(a, b, each);
      }
    } else {
      Texts.read(corpus, in -> table(in, each));
    }
  }

  private void table(TextReader in, Consumer<Pair> each) {
    for (var line = in.next(); line.isPresent(); line = in.next()) {
      if (line.get().isBlank()) continue;
      String[] fields = line.get().split("\t", -1);
      if (fields.length != 2) {
        throw in.problem(
            1,
            (fields.length == 1 ? "no tab" : fields.length - 1 + " tabs")
                + "; expected source TAB target. Name two files, joined by a comma, if source and"
                + " target stand apart.");
      }
      int second = fields[0].codePointCount(0, fields[0].length()) + 2;
      each.accept(pair(in, fields[0], 1, in, fields[1], second));
    }
  }

  private void parallel(TextReader a, TextReader b, Consumer<Pair> each) {
    while (true) {
      Optional<String> x = a.next(), y = b.next();
      if (x.isEmpty() && y.isEmpty()) return;
      if (x.isEmpty() || y.isEmpty()) {
        TextReader more = x.isEmpty() ? b : a, fewer = x.isEmpty() ? a : b;
        String found = "a line more than " + fewer.name() + " has, which ends with line ";
        throw more.problem(1, found + fewer.line() + "; expected as many in both.");
      }
      if (x.get().isBlank() && y.get().isBlank()) continue; // nothing is lost
      each.accept(pair(a, x.get(), 1, b, y.get(), 1));
    }
  }

  private Pair pair(TextReader a, String x, int atX, TextReader b, String y, int atY) {
    List<String> from = symbols(a, x, atX, source, "source");
    List<String> to = symbols(b, y, atY, target, "target");
    for (String reserved : List.of(SequenceToSequence.START, SequenceToSequence.END)) {
      if (to.contains(reserved)) {
        throw b.problem(
            atY, "the target holds " + reserved + ", which has a meaning of its own. Remove it.");
      }
    }
    return new Pair(from, to, y.strip());
  }

  private List<String> symbols(
      TextReader in, String text, int at, Subwords.Pieces level, String side) {
    if (text.isBlank()) {
      throw in.problem(at, "the " + side + " is empty; expected text on both sides.");
    }
    List<String> symbols = level.split(text.strip());
    if (symbols.size() > longest) {
      throw in.problem(
          at,
          "the "
              + side
              + " has "
              + symbols.size()
              + " symbols; expected at most "
              + longest
              + ". Break it, or raise "
              + LONGEST
              + ".");
    }
    return symbols;
  }
}
