package recurve.task;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Named figures of a model on a text.
 *
 * @param figures in the order to show
 * @param selected the figure by which models are chosen
 * @param lowerIsBetter whether a smaller selected figure is better
 * @param tables figures that are too many for a line
 */
public record Report(
    Map<String, Double> figures, String selected, boolean lowerIsBetter, List<Table> tables) {
  public Report {
    figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures));
    tables = List.copyOf(tables);
    if (!figures.containsKey(selected)) {
      throw new IllegalArgumentException("no figure '" + selected + "' in " + figures.keySet());
    }
  }

  /** A report without tables. */
  public Report(Map<String, Double> figures, String selected, boolean lowerIsBetter) {
    this(figures, selected, lowerIsBetter, List.of());
  }

  /**
   * Figures in rows and columns.
   *
   * @param name what it shows, as figures are named
   * @param rows one number for each column, by the row's name, in the order to show
   */
  public record Table(String name, List<String> columns, Map<String, List<Double>> rows) {
    public Table {
      columns = List.copyOf(columns);
      var copy = new LinkedHashMap<String, List<Double>>();
      rows.forEach((row, numbers) -> copy.put(row, List.copyOf(numbers)));
      rows = Collections.unmodifiableMap(copy);
      for (List<Double> numbers : rows.values()) {
        if (numbers.size() != columns.size()) {
          throw new IllegalArgumentException(numbers + " for the columns " + columns);
        }
      }
    }

    /** The table for a reader: a line for the columns and one for each row, aligned. */
    public List<String> lines() {
      var cells = new ArrayList<List<String>>();
      var head = new ArrayList<String>(List.of(""));
      head.addAll(columns);
      cells.add(head);
      rows.forEach(
          (row, numbers) -> {
            var line = new ArrayList<String>(List.of(row));
            for (double number : numbers) line.add(number(number));
            cells.add(line);
          });
      return cells.stream().map(line -> aligned(line, cells)).toList();
    }

    private static String aligned(List<String> line, List<List<String>> all) {
      var text = new StringBuilder();
      for (int i = 0; i < line.size(); i++) {
        int column = i;
        int width = all.stream().mapToInt(l -> length(l.get(column))).max().orElse(0);
        String space = " ".repeat(width - length(line.get(i)));
        text.append(i == 0 ? line.get(i) + space : "  " + space + line.get(i)); // names to the left
      }
      return text.toString().stripTrailing();
    }

    private static int length(String text) {
      return text.codePointCount(0, text.length());
    }

    private static String number(double v) {
      boolean whole = v == Math.rint(v) && Math.abs(v) < 0x1p53;
      return whole ? Long.toString((long) v) : String.format(Locale.ROOT, "%.2f", v);
    }
  }

  /** A figure by name. */
  public double get(String figure) {
    Double value = figures.get(figure);
    if (value == null) throw new IllegalArgumentException("no figure '" + figure + "'");
    return value;
  }

  /** The selected figure as a cost: smaller is better. */
  public double cost() {
    return lowerIsBetter ? get(selected) : -get(selected);
  }
}
