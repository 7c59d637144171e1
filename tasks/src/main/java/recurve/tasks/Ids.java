package recurve.tasks;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import recurve.io.FileException;

/**
 * A growing list of ids without a box for each: in memory while it is short, else in a file of the
 * folder for temporary ones, so that a text may be larger than memory.
 *
 * <p>The file has no name once it is open, and is gone with the list or the program.
 */
public final class Ids {
  /** 4 MB; a file is read as fast once the system has it in its memory. */
  private static final int IN_MEMORY = 1 << 20;

  private final int most;
  private int[] recent = new int[1024]; // those after the file's
  private int held;
  private Optional<Spill> spill = Optional.empty();

  /** The ids before the recent ones, in a file. */
  private record Spill(FileChannel file, MemorySegment ids) {
    long size() {
      return ids.byteSize() / Integer.BYTES;
    }
  }

  public Ids() {
    this(IN_MEMORY);
  }

  /**
   * An empty list.
   *
   * @param most ids to hold in memory
   */
  public Ids(int most) {
    this.most = most;
  }

  /** Appends one. */
  public void add(int id) {
    if (held == most) spill();
    if (held == recent.length) recent = Arrays.copyOf(recent, Math.min(most, 2 * held));
    recent[held++] = id;
  }

  public long size() {
    return spilt() + held;
  }

  private long spilt() {
    return spill.map(Spill::size).orElse(0L);
  }

  /** The one at a place. */
  public int get(long place) {
    long before = spilt();
    return place < before
        ? spill.orElseThrow().ids.getAtIndex(ValueLayout.JAVA_INT, place)
        : recent[(int) (place - before)];
  }

  /** Some that stand one after the other. */
  public int[] copy(long from, int count) {
    int[] ids = new int[count];
    for (int i = 0; i < count; i++) ids[i] = get(from + i);
    return ids;
  }

  /** Moves the recent ones to the end of the file. */
  private void spill() {
    Path folder = Path.of(System.getProperty("java.io.tmpdir", "."));
    try {
      FileChannel file = spill.isPresent() ? spill.get().file : open(folder);
      ByteBuffer bytes = ByteBuffer.allocate(1 << 16).order(ByteOrder.nativeOrder());
      for (int i = 0; i < held; ) {
        for (bytes.clear(); i < held && bytes.hasRemaining(); i++) bytes.putInt(recent[i]);
        for (bytes.flip(); bytes.hasRemaining(); ) file.write(bytes);
      }
      MemorySegment ids = file.map(MapMode.READ_ONLY, 0, file.size(), Arena.ofAuto());
      spill = Optional.of(new Spill(file, ids));
    } catch (IOException e) {
      throw FileException.writing(folder.toString(), e);
    }
    held = 0;
  }

  private static FileChannel open(Path folder) throws IOException {
    return FileChannel.open(
        Files.createTempFile(folder, "recurve-", ".ids"),
        StandardOpenOption.READ,
        StandardOpenOption.WRITE,
        StandardOpenOption.DELETE_ON_CLOSE);
  }
}
