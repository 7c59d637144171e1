package recurve.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import recurve.io.FileException;
import recurve.io.FileException.Category;
import recurve.io.text.TextReader;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.dataformat.yaml.YAMLFactory;

/** Reads a configuration: one flat mapping of names to values or lists of values. */
final class YamlFile {
  private final String file;
  private final JsonParser parser;

  private YamlFile(String file, JsonParser parser) {
    this.file = file;
    this.parser = parser;
  }

  /** The settings in the order written, each with its place. */
  static List<Setting> read(Path path) {
    String text = text(path);
    try (JsonParser parser = new YAMLFactory().createParser(ObjectReadContext.empty(), text)) {
      return new YamlFile(path.toString(), parser).settings();
    } catch (JacksonException e) {
      String what = "not YAML: " + OneLine.of(firstLine(e.getOriginalMessage()));
      TokenStreamLocation at = e.getLocation();
      throw new FileException(
          Category.CONFIG,
          path.toString(),
          Math.max(1, at.getLineNr()),
          Math.max(1, at.getColumnNr()),
          what + "; expected lines of 'name: value'.");
    }
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("unreadable");
  }

  // the reader of training text finds bytes that are no UTF-8, NUL and endless lines, and says
  // where
  private static String text(Path path) {
    var text = new StringBuilder();
    try (TextReader in = TextReader.open(path)) {
      for (var line = in.next(); line.isPresent(); line = in.next()) {
        text.append(line.get()).append('\n');
      }
    }
    return text.toString();
  }

  private List<Setting> settings() {
    var settings = new ArrayList<Setting>();
    Set<String> seen = new HashSet<>();
    JsonToken first = parser.nextToken();
    if (first == null || first == JsonToken.VALUE_NULL) return settings; // only comments
    if (first != JsonToken.START_OBJECT) throw problem("expected lines of 'name: value'.");
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      Setting.Source.Place place = place();
      if (!seen.add(name)) throw place.problem("'" + name + "' is set twice. Remove one.");
      settings.add(new Setting(name, value(name), place));
    }
    return settings;
  }

  private String value(String name) {
    JsonToken token = parser.nextToken();
    if (token != JsonToken.START_ARRAY) return scalar(name, token);
    var list = new StringJoiner(",");
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      list.add(scalar(name, parser.currentToken()));
    }
    return list.toString();
  }

  private String scalar(String name, JsonToken token) {
    if (token == JsonToken.VALUE_NULL || !token.isScalarValue()) {
      throw problem(
          "'"
              + name
              + "' has "
              + (token.isScalarValue() ? "no value" : "an inner mapping or list")
              + "; expected a value, as in 'units: 200' or 'units: [300, 200]'.");
    }
    return parser.getString();
  }

  private RuntimeException problem(String what) {
    return place().problem(what);
  }

  private Setting.Source.Place place() {
    TokenStreamLocation at = parser.currentTokenLocation();
    return new Setting.Source.Place(
        file, Math.max(1, at.getLineNr()), Math.max(1, at.getColumnNr()));
  }
}
