package recurve.cli;

import java.util.Optional;
import java.util.stream.Collectors;

/** A message as one line, whatever it quotes. */
final class OneLine {
  private OneLine() {}

  /** What an exception says, or its name if it says nothing. */
  static String of(Throwable e) {
    return of(Optional.ofNullable(e.getMessage()).orElse(e.getClass().getSimpleName()));
  }

  static String of(String message) {
    return message
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .collect(Collectors.joining(" "));
  }
}
