package recurve.tasks.tag;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import recurve.io.FileException;
import recurve.io.FileException.Category;
import recurve.io.text.TextReader;
import recurve.option.Option;
import recurve.option.OptionException;
import recurve.option.Options;
import recurve.task.Corpus;
import recurve.tasks.Faults;
import recurve.tasks.Texts;

/**
 * Reads sentences written a word a line, in columns, with a blank line after each sentence: CoNLL's
 * shared tasks, and CoNLL-U of Universal Dependencies.
 */
final class Columns {
  /** How sentences are written. */
  enum Format {
    /** By the ending of the file's name: .conllu; any other is CoNLL. */
    AUTO,
    /** Columns between tabs, or where a line has none between spaces. */
    CONLL,
    /** Ten columns between tabs; comments, ranges of tokens and empty nodes are passed over. */
    CONLLU
  }

  static final Option<Format> FORMAT =
      Option.of("format", Format.AUTO, "how sentences are written; auto goes by the file's name");
  static final Option<String> WORD_COLUMN =
      Option.of("word_column", "", "number (from 1) or name of the words' column; default 1, FORM");
  static final Option<String> TAG_COLUMN =
      Option.of("tag_column", "", "number or name of the tags' column; default the last, UPOS");
  static final Option<String> FEATURES =
      Option.of("feature_columns", "", "numbers or names of further columns to see, by commas");

  private static final List<String> CONLLU =
      List.of("ID", "FORM", "LEMMA", "UPOS", "XPOS", "FEATS", "HEAD", "DEPREL", "DEPS", "MISC");
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,6}"); // of a column
  private static final String DOCUMENT = "-DOCSTART-"; // of CoNLL-2003: no sentence
  private static final String NAMES = "# global.columns ="; // of CoNLL-U Plus

  /**
   * One sentence.
   *
   * @param features for each further column its fields, one for each word
   * @param tags none where the sentence is to be tagged
   * @param lines as they stand in the text
   * @param numbers of the lines, from 1
   */
  record Sentence(
      List<String> words,
      List<List<String>> features,
      List<String> tags,
      List<String> lines,
      List<Long> numbers,
      String file) {
    Sentence {
      words = List.copyOf(words);
      features = features.stream().map(List::copyOf).toList();
      tags = List.copyOf(tags);
      lines = List.copyOf(lines);
      numbers = List.copyOf(numbers);
    }

    int size() {
      return words.size();
    }

    /** A problem with a word's line, for the caller to throw. */
    FileException problem(int word, String what) {
      return new FileException(Category.BAD_DATA, file, numbers.get(word), what);
    }
  }

  private final Options options;
  private final Faults faults;
  private final List<String> columns; // of features

  Columns(Options options, Faults faults) {
    this.options = options;
    this.faults = faults;
    String further = options.get(FEATURES).strip();
    this.columns = further.isEmpty() ? List.of() : List.of(further.split("\\s*,\\s*"));
  }

  /** Reads sentences with their tags. */
  void tagged(Corpus corpus, Consumer<Sentence> each) {
    read(corpus, true, each);
  }

  /** Reads sentences to tag. */
  void untagged(Corpus corpus, Consumer<Sentence> each) {
    read(corpus, false, each);
  }

  private void read(Corpus corpus, boolean tagged, Consumer<Sentence> each) {
    Faults.Reading reading = faults.reading();
    Texts.read(corpus, in -> new Parser(in, tagged, each).parse(reading));
    reading.tell();
  }

  private final class Parser {
    private final TextReader in;
    private final boolean tagged;
    private final Consumer<Sentence> each;
    private final boolean conllu;
    private List<String> names;
    private int width;
    private boolean left; // whether the sentence that is read is to be left out

    private final List<String> words = new ArrayList<>();
    private final List<List<String>> features = new ArrayList<>();
    private final List<String> tags = new ArrayList<>();
    private final List<String> lines = new ArrayList<>();
    private final List<Long> numbers = new ArrayList<>();

    Parser(TextReader in, boolean tagged, Consumer<Sentence> each) {
      this.in = in;
      this.tagged = tagged;
      this.each = each;
      this.conllu =
          switch (options.get(FORMAT)) {
            case AUTO -> in.name().toLowerCase(Locale.ROOT).matches(".*\\.conllu(\\.gz)?");
            case CONLL -> false;
            case CONLLU -> true;
          };
      columns.forEach(unused -> features.add(new ArrayList<>()));
      this.names = conllu ? CONLLU : List.of();
      this.width = names.size();
    }

    void parse(Faults.Reading reading) {
      reading.all(
          in,
          () -> {
            boolean was = left;
            left = true; // if the line cannot be read
            Optional<String> line = in.next();
            left = was;
            if (line.filter(text -> !text.isBlank()).isEmpty()) end();
            else line(line.get());
            return line.isPresent();
          });
    }

    private void line(String line) {
      if (left) return;
      left = true; // if it is malformed
      if (conllu && line.startsWith("#")) comment(line);
      else token(line);
      left = false;
    }

    private void comment(String line) {
      if (!line.startsWith(NAMES)) return;
      names = List.of(line.substring(NAMES.length()).strip().split("\\s+"));
      width = names.size();
    }

    private void token(String line) {
      boolean tabs = conllu || line.indexOf('\t') >= 0;
      List<String> fields = List.of(tabs ? line.split("\t", -1) : line.strip().split("\\s+"));
      if (width == 0) width = fields.size();
      if (fields.size() != width) {
        throw in.problem(
            1,
            (fields.size() == 1 ? "1 column" : fields.size() + " columns")
                + "; expected "
                + width
                + (conllu ? " between tabs" : " as in the first line")
                + ". Is a column missing, or a blank line between sentences?");
      }
      if (conllu && fields.get(0).matches("[0-9]+[-.][0-9]+")) return;
      String word = field(fields, WORD_COLUMN, conllu ? "FORM" : "1");
      if (word.equals(DOCUMENT)) return;
      List<String> further = new ArrayList<>();
      for (String column : columns) further.add(feature(fields, column));
      words.add(word);
      for (int i = 0; i < further.size(); i++) features.get(i).add(further.get(i));
      if (tagged) tags.add(field(fields, TAG_COLUMN, conllu ? "UPOS" : Integer.toString(width)));
      lines.add(line);
      numbers.add(in.line());
    }

    private String feature(List<String> fields, String column) {
      int at = index(column, FEATURES);
      String tags = conllu ? "UPOS" : Integer.toString(width);
      if (tagged && at == index(or(TAG_COLUMN, tags), TAG_COLUMN)) {
        throw new OptionException(
            "option "
                + FEATURES
                + " names the column of the tags, "
                + column
                + ": a model that"
                + " sees them learns nothing");
      }
      return field(fields, FEATURES, column, at);
    }

    private String or(Option<String> option, String standard) {
      return options.get(option).isEmpty() ? standard : options.get(option);
    }

    private String field(List<String> fields, Option<String> option, String standard) {
      String column = or(option, standard);
      return field(fields, option, column, index(column, option));
    }

    private String field(List<String> fields, Option<String> option, String column, int at) {
      String field = fields.get(at);
      if (field.isBlank()) {
        throw in.problem(1, "column " + column + " is empty; expected a " + noun(option) + ".");
      }
      return field;
    }

    private int index(String column, Option<String> option) {
      if (NUMBER.matcher(column).matches()) {
        int number = Integer.parseInt(column);
        if (number >= 1 && number <= width) return number - 1;
        throw in.problem(
            1, "no column " + column + " for " + option + "; there are " + width + ".");
      }
      for (int i = 0; i < names.size(); i++) if (names.get(i).equalsIgnoreCase(column)) return i;
      throw new OptionException(
          "option "
              + option
              + " is '"
              + column
              + "' but the columns are "
              + (names.isEmpty() ? "1 to " + width : String.join(", ", names)));
    }

    private static String noun(Option<String> option) {
      return option == WORD_COLUMN ? "word" : option == TAG_COLUMN ? "tag" : "value";
    }

    private void end() {
      boolean whole = !left && !words.isEmpty();
      var sentence = new Sentence(words, features, tags, lines, numbers, in.name());
      left = false;
      features.forEach(List::clear);
      List.of(words, tags, lines, numbers).forEach(List::clear);
      if (whole) each.accept(sentence);
    }
  }
}
