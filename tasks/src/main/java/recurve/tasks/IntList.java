package recurve.tasks;

import java.util.Arrays;

/** A growing list of ids without a box for each: texts have hundreds of millions. */
public final class IntList {
  private int[] items = new int[1024];
  private int size;

  /** Appends one. */
  public void add(int item) {
    if (size == items.length) items = Arrays.copyOf(items, Math.addExact(size, size));
    items[size++] = item;
  }

  public int size() {
    return size;
  }

  /** A copy of all. */
  public int[] toArray() {
    return Arrays.copyOf(items, size);
  }
}
