package recurve.io.text;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import recurve.io.FileException;
import recurve.io.FileException.Category;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The records of a table written as text, one after the other, whatever the size of the file. Blank
 * lines hold no record.
 */
public final class Records {
  /** How a table is written. */
  public enum Form {
    /** Fields between tabs. A field holds no tab and no quote has a meaning. */
    TSV,
    /** Fields between commas, quoted where they hold one, a quote or a line break (RFC 4180). */
    CSV,
    /** One JSON object a line. */
    JSONL;

    /** The form that a file's name tells, by its ending; {@code .gz} is looked through. */
    public static Form of(String fileName) {
      String name = fileName.toLowerCase(java.util.Locale.ROOT);
      if (name.endsWith(".gz")) name = name.substring(0, name.length() - 3);
      if (name.endsWith(".csv")) return CSV;
      return name.endsWith(".jsonl") || name.endsWith(".ndjson") ? JSONL : TSV;
    }
  }

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private final TextReader in;
  private final Form form;
  private final boolean header;
  private final List<String> names = new ArrayList<>();
  private String text = ""; // the line that is being cut
  private int width; // of the first record; all have its width where fields are not text at large

  private Records(TextReader in, Form form, boolean header) {
    this.in = in;
    this.form = form;
    this.header = header;
  }

  /**
   * Records as a reader reads their lines.
   *
   * @param header whether the first record names the columns; of JSON each record does
   */
  public static Records of(TextReader in, Form form, boolean header) {
    return new Records(in, form, header && form != Form.JSONL);
  }

  /**
   * One record.
   *
   * @param fields by column; without a header the columns are {@code 1}, {@code 2}, ... A field of
   *     JSON may be a list; every other is a list of one
   */
  public record Row(String file, long line, Map<String, List<String>> fields) {
    public Row {
      fields = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /**
     * The field of a column.
     *
     * @throws FileException if the record has no such column
     */
    public List<String> field(String column) {
      List<String> field = fields.get(column);
      if (field == null) {
        throw problem(
            "no column '" + column + "'; the columns are " + String.join(", ", fields.keySet()));
      }
      return field;
    }

    /**
     * A problem with this record, for the caller to throw.
     *
     * @param what what was found; what was expected. What to do.
     */
    public FileException problem(String what) {
      return new FileException(Category.BAD_DATA, file, line, what);
    }
  }

  /** The next record, or nothing when there is no more. */
  public Optional<Row> next() {
    if (header && names.isEmpty()) {
      Optional<List<String>> first = fields();
      if (first.isEmpty()) return Optional.empty();
      name(first.get());
    }
    return form == Form.JSONL ? object() : row();
  }

  private void name(List<String> columns) {
    Set<String> seen = new HashSet<>();
    for (String column : columns) {
      if (!seen.add(column)) {
        throw in.problem(1, "two columns are named '" + column + "'. Rename one.");
      }
    }
    names.addAll(columns);
    width = columns.size();
  }

  private Optional<Row> row() {
    Optional<Long> line = skipBlank();
    if (line.isEmpty()) return Optional.empty();
    List<String> fields = split();
    if (width == 0) width = fields.size();
    boolean fixed = header || form == Form.CSV;
    if (fixed && fields.size() != width) {
      throw new FileException(
          Category.BAD_DATA,
          in.name(),
          line.get(),
          fields.size()
              + (fields.size() == 1 ? " column" : " columns")
              + "; expected "
              + width
              + " as in the first line. Is a separator missing, or a quote?");
    }
    var byColumn = new LinkedHashMap<String, List<String>>();
    for (int i = 0; i < fields.size(); i++) {
      String column = names.isEmpty() ? Integer.toString(i + 1) : names.get(i);
      byColumn.put(column, List.of(fields.get(i)));
    }
    return Optional.of(new Row(in.name(), line.get(), byColumn));
  }

  private Optional<List<String>> fields() {
    return skipBlank().map(line -> split());
  }

  /** Goes to the next line with something in it; gives its number. */
  private Optional<Long> skipBlank() {
    for (var line = in.next(); line.isPresent(); line = in.next()) {
      if (line.get().isBlank()) continue;
      text = line.get();
      return Optional.of(in.line());
    }
    return Optional.empty();
  }

  private List<String> split() {
    return form == Form.CSV ? commas() : List.of(text.split("\t", -1));
  }

  /** Cuts a line at commas; a quoted field goes on over line ends. */
  private List<String> commas() {
    var fields = new ArrayList<String>();
    int at = 0;
    do {
      if (at < text.length() && text.charAt(at) == '"') {
        var field = new StringBuilder();
        at = quoted(at + 1, field);
        fields.add(field.toString());
      } else {
        int comma = text.indexOf(',', at);
        int end = comma < 0 ? text.length() : comma;
        fields.add(text.substring(at, end));
        at = end;
      }
    } while (at++ < text.length()); // a comma at the end has an empty field after it
    return fields;
  }

  /** Reads up to the closing quote; gives the place after it. */
  private int quoted(int from, StringBuilder field) {
    long begun = in.line();
    int at = from;
    while (true) {
      int quote = text.indexOf('"', at);
      if (quote < 0) {
        field.append(text, at, text.length()).append('\n');
        text =
            in.next()
                .orElseThrow(
                    () ->
                        new FileException(
                            Category.BAD_DATA,
                            in.name(),
                            begun,
                            "a quote opens here and is never closed; expected another."));
        at = 0;
      } else if (quote + 1 < text.length() && text.charAt(quote + 1) == '"') {
        field.append(text, at, quote + 1);
        at = quote + 2;
      } else {
        field.append(text, at, quote);
        if (quote + 1 < text.length() && text.charAt(quote + 1) != ',') {
          throw in.problem(
              text.codePointCount(0, quote + 1) + 1,
              "text after a closing quote; expected a comma. A quote inside is written twice.");
        }
        return quote + 1;
      }
    }
  }

  private Optional<Row> object() {
    Optional<Long> line = skipBlank();
    if (line.isEmpty()) return Optional.empty();
    JsonNode object;
    try {
      object = JSON.readTree(text);
    } catch (JacksonException e) {
      int column = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getColumnNr());
      throw in.problem(column, "not JSON (" + e.getOriginalMessage() + "); expected an object.");
    }
    if (!object.isObject()) throw in.problem(1, "no JSON object; expected one a line.");
    var fields = new LinkedHashMap<String, List<String>>();
    for (var property : object.properties()) {
      values(property.getKey(), property.getValue(), fields);
    }
    return Optional.of(new Row(in.name(), line.get(), fields));
  }

  /** Keeps what is text, a number, a truth value or a list of those; null is no field at all. */
  private static void values(String name, JsonNode value, Map<String, List<String>> fields) {
    if (value.isArray()) {
      var list = new ArrayList<String>();
      for (JsonNode element : value) if (isPlain(element)) list.add(element.asString());
      fields.put(name, List.copyOf(list));
    } else if (isPlain(value)) {
      fields.put(name, List.of(value.asString()));
    }
  }

  private static boolean isPlain(JsonNode value) {
    return value.isValueNode() && !value.isNull();
  }
}
