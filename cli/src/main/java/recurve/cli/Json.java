package recurve.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import recurve.task.Report;
import tools.jackson.databind.json.JsonMapper;

/** Lines for machines. */
final class Json {
  private static final JsonMapper MAPPER = new JsonMapper();

  private Json() {}

  /** One object as one line. */
  static String line(Map<String, ?> object) {
    return MAPPER.writeValueAsString(object);
  }

  /** A report's figures; a figure that is a whole number is written as one. */
  static Map<String, Object> figures(Report report) {
    var figures = new LinkedHashMap<String, Object>();
    report.figures().forEach((name, value) -> figures.put(name, number(value)));
    return figures;
  }

  private static Object number(double value) {
    // beyond 2^53 not every whole number is a double: say no more than is known
    return value == Math.rint(value) && Math.abs(value) < 0x1p53 ? (Object) (long) value : value;
  }
}
