package recurve.option;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Values of declared options; what is not set has its default. Immutable. */
public final class Options {
  private final Map<String, Option<?>> declared;
  private final Map<String, String> given;

  private Options(Map<String, Option<?>> declared, Map<String, String> given) {
    this.declared = declared;
    this.given = given;
  }

  /** All defaults of the options declared. */
  public static Options of(Collection<? extends Option<?>> declared) {
    var byName = new LinkedHashMap<String, Option<?>>();
    for (Option<?> o : declared) {
      Option<?> other = byName.put(o.name(), o);
      if (other != null && other != o) {
        throw new OptionException("two options are named '" + o.name() + "'");
      }
    }
    return new Options(byName, Map.of());
  }

  /**
   * Sets values by name.
   *
   * @throws OptionException on a name that is not declared (with the nearest that is) or a value
   *     that its option does not take
   */
  public Options with(Map<String, String> values) {
    var merged = new LinkedHashMap<>(given);
    values.forEach(
        (name, text) -> {
          Option<?> option = declared.get(name);
          if (option == null) throw unknown(name);
          merged.put(name, canonical(option, text));
        });
    return new Options(declared, merged);
  }

  private static <T> String canonical(Option<T> option, String text) {
    return option.format(option.parse(text));
  }

  /** Sets one value. */
  public <T> Options with(Option<T> option, T value) {
    return with(Map.of(option.name(), option.format(option.check(value))));
  }

  private OptionException unknown(String name) {
    String nearest =
        Nearest.to(name, declared.keySet())
            .map(n -> " Did you mean '" + n + "'?")
            .orElse(" Known: " + String.join(", ", declared.keySet()) + ".");
    return new OptionException("no option named '" + name + "'." + nearest);
  }

  /** The value of a declared option, or its default. */
  public <T> T get(Option<T> option) {
    if (declared.get(option.name()) != option) {
      throw new OptionException("option '" + option.name() + "' is not declared here");
    }
    String text = given.get(option.name());
    return text == null ? option.standard() : option.parse(text);
  }

  /** Whether a value was given. */
  public boolean isSet(Option<?> option) {
    return given.containsKey(option.name());
  }

  /** Whether the option is declared here. */
  public boolean declares(Option<?> option) {
    return declared.get(option.name()) == option;
  }

  /** The declarations, in order. */
  public List<Option<?>> declared() {
    return new ArrayList<>(declared.values());
  }

  /** Every option's value as text, given or default, in the order declared. */
  public Map<String, String> toMap() {
    var all = new LinkedHashMap<String, String>();
    for (Option<?> o : declared.values()) all.put(o.name(), text(o));
    return all;
  }

  private <T> String text(Option<T> option) {
    return option.format(get(option));
  }

  @Override
  public String toString() {
    return toMap().toString();
  }
}
