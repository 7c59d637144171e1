package recurve.cli;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import recurve.option.Option;

/** The part of a help text that lists declared options: flag, default, meaning, what it takes. */
final class OptionHelp {
  private static final String SECTION = "declaredOptions";
  private static final int COLUMN = 32;
  static final int WIDTH = 100;

  private final Map<String, List<Option<?>>> groups = new LinkedHashMap<>();

  /** Adds a group of options; an empty one is not shown. */
  OptionHelp group(String heading, Collection<? extends Option<?>> options) {
    if (!options.isEmpty()) groups.put(heading, List.copyOf(options));
    return this;
  }

  /** Shows the groups in a command's help, before its examples. */
  void addTo(CommandSpec spec) {
    UsageMessageSpec usage = spec.usageMessage();
    var sections = new ArrayList<>(usage.sectionKeys());
    sections.add(sections.indexOf(UsageMessageSpec.SECTION_KEY_FOOTER_HEADING), SECTION);
    usage.sectionKeys(sections);
    usage.sectionMap().put(SECTION, help -> text());
  }

  String text() {
    var text = new StringBuilder();
    groups.forEach(
        (heading, options) -> {
          text.append(String.format("%n%s:%n", heading));
          for (Option<?> o : options) line(text, o);
        });
    return text.toString();
  }

  private static void line(StringBuilder text, Option<?> option) {
    var line = new StringBuilder("  " + Flags.of(option.name()) + "=" + standard(option));
    if (line.length() >= COLUMN) end(text, line);
    line.append(" ".repeat(COLUMN - 1 - line.length()));
    for (String word : (option.meaning() + " (" + option.takes() + ")").split(" ")) {
      if (line.length() + 1 + word.length() > WIDTH) {
        end(text, line);
        line.append(" ".repeat(COLUMN + 1));
      }
      line.append(' ').append(word);
    }
    end(text, line);
  }

  private static void end(StringBuilder text, StringBuilder line) {
    text.append(line).append(System.lineSeparator());
    line.setLength(0);
  }

  /** An option's default as it would be written. */
  static <T> String standard(Option<T> option) {
    return option.format(option.standard());
  }
}
