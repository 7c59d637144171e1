package recurve.cli;

import recurve.io.FileException;

/** What a command tells the shell; the numbers are those of {@code sysexits.h}. */
enum Exit {
  FINE(0),
  /** A bug of ours. */
  BUG(1),
  /** The command line is wrong. */
  USAGE(2),
  BAD_DATA(65),
  NO_INPUT(66),
  CANNOT_CREATE(73),
  IO(74),
  LOCKED(75),
  /** A configuration is wrong. */
  CONFIG(78),
  /** Stopped by a signal; the process itself ends with 130 or 143, as Java does. */
  INTERRUPTED(130);

  private final int code;

  Exit(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  static Exit of(FileException.Category category) {
    return switch (category) {
      case BAD_DATA -> BAD_DATA;
      case NO_INPUT -> NO_INPUT;
      case CANNOT_CREATE -> CANNOT_CREATE;
      case IO -> IO;
      case LOCKED -> LOCKED;
      case CONFIG -> CONFIG;
    };
  }
}
