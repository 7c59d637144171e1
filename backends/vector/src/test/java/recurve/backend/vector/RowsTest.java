package recurve.backend.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import recurve.ir.DType;

class RowsTest {
  private static final int ROWS = 50, COLUMNS = 8000; // five times what is in hand at a time

  private final Buffer x = Buffer.kept(DType.F32, ROWS * COLUMNS);
  private final Buffer y = Buffer.temporary(DType.F32, ROWS * COLUMNS);
  private final Buffer z = Buffer.temporary(DType.F32, ROWS * COLUMNS);

  /** {@code out = 2 in + 1}, element by element. */
  private static Elementwise twice(View in, View out) {
    Kernel kernel =
        (arrays, at, strides, rows, columns) -> {
          float[] from = (float[]) arrays[0], to = (float[]) arrays[1];
          for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
              to[at[1] + r * strides[1] + c] = 2 * from[at[0] + r * strides[0] + c] + 1;
            }
          }
        };
    return new Elementwise(kernel, List.of(in, out), new boolean[] {false, true}, false, 0, 2);
  }

  private static View rows(Buffer b, int from, int count) {
    return View.of(b, new int[] {ROWS, COLUMNS}).slice(0, from, from + count);
  }

  private static View all(Buffer b) {
    return rows(b, 0, ROWS);
  }

  private static List<Instruction> joined(Set<Buffer> kept, Instruction... code) {
    return Rows.apply(List.of(code), Map.of(), kept, 2);
  }

  /** Two passes become one; what lies between them has no memory but for the rows in hand. */
  @Test
  void whatLiesBetweenIsSmall() {
    List<Instruction> code = joined(Set.of(z), twice(all(x), all(y)), twice(all(y), all(z)));
    Instruction both = assertInstanceOf(Rows.class, code.get(0));
    assertEquals(1, code.size());
    x.placeOnce();
    z.placeOnce();
    int between = 0;
    for (Instruction.Access a : both.accesses()) {
      Buffer b = a.view().buffer();
      if (b == x || b == z) continue;
      b.placeOnce();
      between = b.size;
    }
    assertThrows(IllegalStateException.class, y::array); // it was given no memory
    assertTrue(between > 0 && between < y.size, between + " of " + y.size);
    float[] wanted = new float[ROWS * COLUMNS];
    for (int i = 0; i < wanted.length; i++) {
      x.floats()[i] = i % 1000;
      wanted[i] = 4 * (i % 1000) + 3;
    }
    both.run(new Frame(1), 17, ROWS); // in any cut, by any thread
    both.run(new Frame(0), 0, 17);
    assertArrayEquals(wanted, z.floats());
  }

  /** What others read, or what must be there in the end, stays in memory. */
  @Test
  void whatIsWantedLaterStays() {
    Elementwise first = twice(all(x), all(y)), second = twice(all(y), all(z));
    Instruction reader = new Reduce(View.of(y, new int[] {1, ROWS, COLUMNS}), columns(), false);
    assertTrue(writes(joined(Set.of(), first, second, reader).get(0), y));
    assertTrue(writes(joined(Set.of(y), first, second).get(0), y));
    assertFalse(writes(joined(Set.of(), first, second).get(0), y));
  }

  private static View columns() {
    return View.of(Buffer.kept(DType.F32, COLUMNS), new int[] {1, COLUMNS});
  }

  private static boolean writes(Instruction i, Buffer b) {
    return i.accesses().stream().anyMatch(a -> a.writes() && a.view().buffer() == b);
  }

  /** A pass that reads the row before the one it writes must wait for all rows. */
  @Test
  void otherRowsAreWaitedFor() {
    Elementwise first = twice(rows(x, 0, ROWS - 1), rows(y, 0, ROWS - 1));
    Elementwise shifted = twice(rows(y, 1, ROWS - 1), rows(z, 1, ROWS - 1));
    assertEquals(List.of(first, shifted), joined(Set.of(), first, shifted));
    View window =
        new View(y, 0, new int[] {ROWS - 1, 2 * COLUMNS}, new int[] {COLUMNS, 1}, new int[0]);
    View wide = View.of(z, new int[] {ROWS - 1, 2 * COLUMNS});
    Elementwise windows = twice(window, wide); // of two rows each
    assertEquals(List.of(first, windows), joined(Set.of(), first, windows));
  }

  /** Rows that are in the cache all at once gain nothing by a place for each thread. */
  @Test
  void fewElementsStayWhereTheyAre() {
    View from = View.of(Buffer.kept(DType.F32, ROWS), new int[] {ROWS, 1});
    View between = View.of(Buffer.temporary(DType.F32, ROWS), new int[] {ROWS, 1});
    View to = View.of(Buffer.temporary(DType.F32, ROWS), new int[] {ROWS, 1});
    List<Instruction> code = joined(Set.of(to.buffer()), twice(from, between), twice(between, to));
    assertEquals(1, code.size());
    assertTrue(writes(code.get(0), between.buffer()));
  }

  /** Rows of no elements, as of a layer without features. */
  @Test
  void rowsMayBeEmpty() {
    View none = View.of(Buffer.temporary(DType.F32, 0), new int[] {ROWS, 0});
    View other = View.of(Buffer.temporary(DType.F32, 0), new int[] {ROWS, 0});
    assertEquals(1, joined(Set.of(), twice(none, other), twice(other, none)).size());
  }

  /** Who writes over an input comes after all who read it. */
  @Test
  void updatesStayAlone() {
    Elementwise first = twice(all(x), all(y)), update = twice(all(y), all(z));
    List<Instruction> code = List.of(first, update);
    assertEquals(code, Rows.apply(code, Map.of(z, x), Set.of(), 2));
    assertEquals(1, Rows.apply(code, Map.of(), Set.of(), 2).size());
  }
}
