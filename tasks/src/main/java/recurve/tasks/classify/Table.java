package recurve.tasks.classify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import recurve.io.text.Records;
import recurve.io.text.Records.Form;
import recurve.io.text.TextReader;
import recurve.option.Option;
import recurve.option.OptionException;
import recurve.option.Options;
import recurve.task.Corpus;
import recurve.tasks.Faults;
import recurve.tasks.Symbols;
import recurve.tasks.Texts;
import recurve.tasks.classify.Classification.Labels;

/** Texts and their labels, as tables hold them. */
final class Table {
  /** How examples are written. */
  enum Format {
    /** By the ending of the file's name: .csv, .jsonl or .ndjson; any other is TSV. */
    AUTO,
    TSV,
    CSV,
    JSONL
  }

  static final Option<Format> FORMAT =
      Option.of("format", Format.AUTO, "how examples are written; auto goes by the file's name");
  static final Option<Boolean> HEADER =
      Option.of("header", false, "tsv and csv: the first line names the columns");
  static final Option<String> LABEL_COLUMN =
      Option.of("label_column", "", "name or number of the labels' column; default 1, or 'label'");
  static final Option<String> TEXT_COLUMN =
      Option.of("text_column", "", "name or number of the text's column; default 2, or 'text'");
  static final Option<String> SEPARATOR =
      Option.of("label_separator", ",", "several labels: what stands between them");

  /**
   * One text.
   *
   * @param labels none where the text is to be classified
   * @param symbols at least one
   * @param row where it stands
   */
  record Entry(List<String> labels, List<String> symbols, Records.Row row) {}

  private final Options options;
  private final Faults faults;
  private final Symbols symbols;

  Table(Options options, Faults faults) {
    this.options = options;
    this.faults = faults;
    this.symbols = Symbols.of(options);
  }

  /** Reads texts with their labels. */
  void labelled(Corpus corpus, Consumer<Entry> each) {
    read(corpus, (row, form) -> each.accept(new Entry(labels(row, form), symbols(row, form), row)));
  }

  /** Reads texts to classify: a line of TSV that holds no tab is all text. */
  void unlabelled(Corpus corpus, Consumer<Entry> each) {
    read(
        corpus,
        (row, form) -> {
          boolean bare = form == Form.TSV && row.fields().size() == 1;
          String text = bare ? row.fields().values().iterator().next().get(0) : text(row, form);
          each.accept(new Entry(List.of(), split(row, text), row));
        });
  }

  private void read(Corpus corpus, BiConsumer<Records.Row, Form> each) {
    Faults.Reading reading = faults.reading();
    Texts.read(
        corpus,
        in -> {
          Form form = form(in);
          Records records = Records.of(in, form, options.get(HEADER));
          reading.all(
              in,
              () -> {
                Optional<Records.Row> row = records.next();
                row.ifPresent(r -> each.accept(r, form));
                return row.isPresent();
              });
        });
    reading.tell();
  }

  private Form form(TextReader in) {
    return switch (options.get(FORMAT)) {
      case AUTO -> Form.of(in.name());
      case TSV -> Form.TSV;
      case CSV -> Form.CSV;
      case JSONL -> Form.JSONL;
    };
  }

  private List<String> labels(Records.Row row, Form form) {
    List<String> field = row.field(column(LABEL_COLUMN, form));
    List<String> labels =
        switch (options.get(Classification.LABELS)) {
          case ONE -> field;
          case SEVERAL -> field.stream().flatMap(this::separated).toList();
        };
    labels = labels.stream().map(String::strip).filter(s -> !s.isEmpty()).toList();
    if (options.get(Classification.LABELS) == Labels.ONE && labels.size() != 1) {
      throw row.problem(
          (labels.isEmpty() ? "no label" : labels.size() + " labels")
              + "; expected one. Correct the line, or set "
              + Classification.LABELS
              + " to several.");
    }
    return List.copyOf(new LinkedHashSet<>(labels));
  }

  private Stream<String> separated(String field) {
    String separator = options.get(SEPARATOR);
    if (separator.isEmpty()) throw new OptionException("option " + SEPARATOR + " is empty");
    return Arrays.stream(field.split(Pattern.quote(separator)));
  }

  private List<String> symbols(Records.Row row, Form form) {
    return split(row, text(row, form));
  }

  private List<String> split(Records.Row row, String text) {
    if (text.isBlank()) throw row.problem("no text; expected at least one word. Remove the line.");
    return symbols.split(text);
  }

  private String text(Records.Row row, Form form) {
    // of "label TAB text" the text may hold tabs: it is all that follows
    if (form == Form.TSV && options.get(TEXT_COLUMN).isEmpty() && !options.get(HEADER)) {
      var fields = new ArrayList<String>();
      row.fields().values().stream().skip(1).forEach(fields::addAll);
      if (fields.isEmpty()) throw row.problem("one column; expected a label, a tab and a text.");
      return String.join("\t", fields);
    }
    return String.join(" ", row.field(column(TEXT_COLUMN, form)));
  }

  private String column(Option<String> option, Form form) {
    String given = options.get(option);
    if (!given.isEmpty()) return given;
    boolean named = form == Form.JSONL || options.get(HEADER);
    return option == LABEL_COLUMN ? (named ? "label" : "1") : (named ? "text" : "2");
  }
}
