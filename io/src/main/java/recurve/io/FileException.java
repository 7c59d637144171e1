package recurve.io;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Something is wrong with a file, told in one line for the person who named it.
 *
 * <p>The message is {@code FILE:LINE:COLUMN: what was found; what was expected. What to do.}, the
 * line and column where they are known.
 */
public final class FileException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Category category;

  /** What kind of thing is wrong; each has the exit code that {@code sysexits.h} gives it. */
  public enum Category {
    /** The content is not what it should be. */
    BAD_DATA(65),
    /** There is nothing to read: missing, a folder, not readable. */
    NO_INPUT(66),
    /** The output exists already or cannot be created. */
    CANNOT_CREATE(73),
    /** Reading or writing failed on the way: a full disk, a broken device. */
    IO(74),
    /** Another program is writing there now. */
    LOCKED(75),
    /** A configuration says what cannot be. */
    CONFIG(78);

    private final int exitCode;

    Category(int exitCode) {
      this.exitCode = exitCode;
    }

    /** The exit code of a program that fails for this reason. */
    public int exitCode() {
      return exitCode;
    }
  }

  private FileException(Category category, String message, Throwable cause) {
    super(message, cause);
    this.category = category;
  }

  /**
   * A problem with a file as a whole.
   *
   * @param what what was found; what was expected. What to do.
   */
  public FileException(Category category, String file, String what) {
    super(oneLine(file + ": " + what));
    this.category = category;
  }

  /** A problem with a file as a whole. */
  public FileException(Category category, Path file, String what) {
    this(category, file.toString(), what);
  }

  /** A problem with one line of a file, counted from 1. */
  public FileException(Category category, String file, long line, String what) {
    this(category, file + ":" + line, what);
  }

  /** A problem at one place of a file, line and column (in characters) counted from 1. */
  public FileException(Category category, String file, long line, long column, String what) {
    this(category, file + ":" + line + ":" + column, what);
  }

  /** What the operating system refused while a file was read. */
  public static FileException reading(String file, IOException cause) {
    return switch (cause) {
      case NoSuchFileException e ->
          from(Category.NO_INPUT, file, "there is no such file. Check the name.", e);
      case AccessDeniedException e ->
          from(Category.NO_INPUT, file, "may not be read. Check its permissions.", e);
      default -> // every other failure of a device, in the words of the system
          from(Category.IO, file, "cannot be read: " + reason(cause) + ". Try again.", cause);
    };
  }

  /** What the operating system refused while a file was written. */
  public static FileException writing(String file, IOException cause) {
    return switch (cause) {
      case NoSuchFileException e ->
          from(Category.CANNOT_CREATE, file, "its folder does not exist. Create it first.", e);
      case AccessDeniedException e ->
          from(Category.CANNOT_CREATE, file, "may not be written. Check the permissions.", e);
      case FileAlreadyExistsException e ->
          from(Category.CANNOT_CREATE, file, "exists already. Name another.", e);
      default -> { // the system's words are all that is known; a full disk has no type of its own
        String reason = reason(cause);
        boolean full = isFull(reason);
        yield full
            ? from(
                Category.IO, file, "the disk is full; nothing was changed. Free some space.", cause)
            : from(Category.IO, file, "cannot be written: " + reason + ". Try again.", cause);
      }
    };
  }

  private static boolean isFull(String reason) {
    String text = reason.toLowerCase(Locale.ROOT);
    return text.contains("no space left")
        || text.contains("not enough space")
        || text.contains("quota exceeded");
  }

  private static String reason(IOException cause) {
    String message = cause.getMessage();
    return message == null ? cause.getClass().getSimpleName() : message;
  }

  private static FileException from(Category category, String file, String what, Throwable cause) {
    return new FileException(category, oneLine(file + ": " + what), cause);
  }

  /** A message is one line even where a file's name or content that it quotes is not. */
  private static String oneLine(String text) {
    var line = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              if (Character.isISOControl(c) || c == 0x2028 || c == 0x2029) {
                line.append(String.format(Locale.ROOT, "\\u%04x", c));
              } else {
                line.appendCodePoint(c);
              }
            });
    return line.toString();
  }

  /** What kind of thing is wrong. */
  public Category category() {
    return category;
  }
}
