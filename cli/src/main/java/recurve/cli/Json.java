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

  /** A report's table: its columns, and its rows by name. */
  static Map<String, Object> table(Report.Table table) {
    var rows = new LinkedHashMap<String, Object>();
    table.rows().forEach((name, row) -> rows.put(name, row.stream().map(Json::number).toList()));
    var object = new LinkedHashMap<String, Object>();
    object.put("columns", table.columns());
    object.put("rows", rows);
    return object;
  }

  private static Object number(double value) {
    // beyond 2^53 not every whole number is a double: say no more than is known
    return value == Math.rint(value) && Math.abs(value) < 0x1p53 ? (Object) (long) value : value;
  }
}
