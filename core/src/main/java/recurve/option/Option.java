package recurve.option;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * One setting: its name, default, meaning and what values it takes.
 *
 * <p>Names are {@code [a-z0-9_]+} and are written into checkpoints: a file format.
 *
 * @param <T> the type of its values
 */
public final class Option<T> {
  private static final String FILE = "a file's name";

  private final String name;
  private final T standard;
  private final String meaning;
  private final String takes;
  private final Function<String, T> parser;
  private final Predicate<T> valid;

  private Option(
      String name,
      T standard,
      String meaning,
      String takes,
      Function<String, T> parser,
      Predicate<T> valid) {
    if (!name.matches("[a-z][a-z0-9_]*")) {
      throw new OptionException("'" + name + "' is no option name; use [a-z0-9_]");
    }
    this.name = name;
    this.standard = standard;
    this.meaning = meaning;
    this.takes = takes;
    this.parser = parser;
    this.valid = valid;
  }

  public static Option<Integer> of(String name, int standard, String meaning) {
    return new Option<>(name, standard, meaning, "a whole number", Integer::valueOf, v -> true);
  }

  public static Option<Long> of(String name, long standard, String meaning) {
    return new Option<>(name, standard, meaning, "a whole number", Long::valueOf, v -> true);
  }

  public static Option<Double> of(String name, double standard, String meaning) {
    return new Option<>(
        name, standard, meaning, "a number", Double::valueOf, v -> Double.isFinite(v));
  }

  public static Option<Boolean> of(String name, boolean standard, String meaning) {
    return new Option<>(name, standard, meaning, "true or false", Option::truth, v -> true);
  }

  public static Option<String> of(String name, String standard, String meaning) {
    return new Option<>(name, standard, meaning, "text", s -> s, v -> true);
  }

  /** The name of a file, or nothing; in a configuration it is looked for beside that. */
  public static Option<String> ofFile(String name, String meaning) {
    return new Option<>(name, "", meaning, FILE, s -> s, v -> true);
  }

  /** An option of one or more whole numbers, written {@code 200} or {@code 300,200,100}. */
  public static Option<List<Integer>> ofNumbers(String name, int standard, String meaning) {
    return new Option<>(
        name,
        List.of(standard),
        meaning,
        "whole numbers joined by commas",
        s -> Arrays.stream(s.split(",", -1)).map(String::strip).map(Integer::valueOf).toList(),
        v -> !v.isEmpty());
  }

  /** An option of one or more names, written {@code lstm} or {@code lstm,gru}. */
  public static Option<List<String>> ofNames(String name, String standard, String meaning) {
    return new Option<>(
        name,
        List.of(standard),
        meaning,
        "names joined by commas",
        s -> Arrays.stream(s.split(",", -1)).map(String::strip).toList(),
        v -> v.stream().noneMatch(String::isEmpty));
  }

  /** An option whose values are the constants of an enumeration, in lower case. */
  public static <E extends Enum<E>> Option<E> of(String name, E standard, String meaning) {
    Class<E> type = standard.getDeclaringClass();
    String names =
        Arrays.stream(type.getEnumConstants()).map(Option::lower).collect(Collectors.joining(", "));
    return new Option<>(
        name,
        standard,
        meaning,
        "one of " + names,
        s -> Enum.valueOf(type, s.toUpperCase(Locale.ROOT).replace('-', '_')),
        v -> true);
  }

  private static boolean truth(String text) {
    return switch (text) {
      case "true", "yes", "on" -> true;
      case "false", "no", "off" -> false;
      default -> throw new IllegalArgumentException(text);
    };
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * One value for each layer, of a list that has them, or has one that serves all.
   *
   * @throws OptionException if the list has another number of values
   */
  public static <T> List<T> each(Option<List<T>> option, List<T> values, int layers) {
    if (values.size() == layers) return values;
    if (values.size() == 1) return Collections.nCopies(layers, values.get(0));
    throw new OptionException(
        "option "
            + option
            + " names "
            + values.size()
            + " values for "
            + layers
            + " layers; give one, or one for each layer");
  }

  /** The same option, restricted to low..high, both included. */
  public Option<T> range(double low, double high) {
    return restrict(
        takes + " from " + number(low) + " to " + number(high),
        v -> numbers(v).allMatch(n -> n >= low && n <= high));
  }

  /** The same option, restricted to values that are at least low. */
  public Option<T> atLeast(double low) {
    return restrict(takes + " of at least " + number(low), v -> numbers(v).allMatch(n -> n >= low));
  }

  /** The same option, restricted to the values named. */
  @SafeVarargs
  @SuppressWarnings("varargs") // read, never written
  public final Option<T> oneOf(T... values) {
    List<T> list = List.of(values);
    String names = list.stream().map(Object::toString).collect(Collectors.joining(", "));
    return restrict("one of " + names, list::contains);
  }

  private Option<T> restrict(String newTakes, Predicate<T> also) {
    return new Option<>(name, standard, meaning, newTakes, parser, valid.and(also));
  }

  private static java.util.stream.DoubleStream numbers(Object value) {
    if (value instanceof List<?> list) {
      return list.stream().mapToDouble(v -> ((Number) v).doubleValue());
    }
    return java.util.stream.DoubleStream.of(((Number) value).doubleValue());
  }

  private static String number(double v) {
    return v == Math.rint(v) && Math.abs(v) < 1e15 ? Long.toString((long) v) : Double.toString(v);
  }

  public String name() {
    return name;
  }

  /** The value where none is given. */
  public T standard() {
    return standard;
  }

  /** What it does, in a phrase. */
  public String meaning() {
    return meaning;
  }

  /** What values it takes, in a phrase. */
  public String takes() {
    return takes;
  }

  /** Whether it names a file. */
  public boolean isFile() {
    return takes.equals(FILE);
  }

  /** Whether it is a switch. */
  public boolean isTruth() {
    return standard instanceof Boolean;
  }

  /**
   * Reads a value.
   *
   * @throws OptionException naming the option, what was given and what it takes
   */
  public T parse(String text) {
    T value;
    try {
      value = parser.apply(text.strip());
    } catch (IllegalArgumentException e) {
      throw refuse(text);
    }
    return check(value, text);
  }

  /** Returns the value if the option takes it. */
  public T check(T value) {
    return check(value, format(value));
  }

  private T check(T value, String text) {
    if (!valid.test(value)) throw refuse(text);
    return value;
  }

  private OptionException refuse(String text) {
    return new OptionException("option " + name + " is '" + text + "' but takes " + takes);
  }

  /** Writes a value so that {@link #parse} reads it. */
  public String format(T value) {
    if (value instanceof Enum<?> e) return lower(e);
    if (value instanceof List<?> list) {
      return list.stream().map(Object::toString).collect(Collectors.joining(","));
    }
    return value.toString();
  }

  @Override
  public String toString() {
    return name;
  }
}
