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
  private static final int WIDTH = 100;

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
    String flag = "  " + Flags.of(option.name()) + "=" + standard(option);
    int at = flag.length();
    text.append(flag);
    if (at >= COLUMN) {
      text.append(System.lineSeparator());
      at = 0;
    }
    text.append(" ".repeat(COLUMN - at));
    at = COLUMN;
    for (String word : (option.meaning() + " (" + option.takes() + ")").split(" ")) {
      if (at > COLUMN && at + word.length() >= WIDTH) {
        text.append(System.lineSeparator()).append(" ".repeat(COLUMN + 2));
        at = COLUMN + 2;
      }
      text.append(word).append(' ');
      at += word.length() + 1;
    }
    text.append(System.lineSeparator());
  }

  /** An option's default as it would be written. */
  static <T> String standard(Option<T> option) {
    return option.format(option.standard());
  }
}
