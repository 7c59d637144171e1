package recurve.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.Optional;
import recurve.io.FileException;

/** Standard output that remembers why it failed: a {@link java.io.PrintStream} only knows that. */
final class Standard extends FileOutputStream {
  private Optional<IOException> failure = Optional.empty();

  Standard() {
    super(FileDescriptor.out);
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    try {
      super.write(bytes, from, length);
    } catch (IOException e) {
      failure = Optional.of(e);
      throw e;
    }
  }

  /** Why not all was written; that nobody reads on, as with {@code head}, is no problem. */
  Optional<FileException> problem() {
    return failure
        .filter(e -> !OneLine.of(e).contains("Broken pipe"))
        .map(e -> FileException.writing("standard output", e));
  }
}
