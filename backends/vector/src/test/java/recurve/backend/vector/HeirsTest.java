package recurve.backend.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import recurve.ir.DType;

class HeirsTest {
  private static final int ROWS = 50, COLUMNS = 8000; // more than is in hand at a time

  private final Buffer x = Buffer.kept(DType.F32, ROWS * COLUMNS);
  private final Buffer old = Buffer.temporary(DType.F32, ROWS * COLUMNS);
  private final Buffer next = Buffer.temporary(DType.F32, ROWS * COLUMNS);
  private final Buffer result = Buffer.temporary(DType.F32, ROWS * COLUMNS);

  private static View all(Buffer b) {
    return View.of(b, new int[] {ROWS, COLUMNS});
  }

  private static View part(Buffer b, int from, int count) {
    return all(b).slice(0, from, from + count);
  }

  private static Elementwise pass(View to, View... from) {
    var views = new java.util.ArrayList<>(List.of(from));
    views.add(to);
    boolean[] writes = new boolean[views.size()];
    writes[from.length] = true;
    return new Elementwise((a, at, strides, r, c) -> {}, views, writes, false, 0, 2);
  }

  private Map<Buffer, Buffer> heirs(Instruction... code) {
    return Heirs.of(List.of(code), Set.of(result));
  }

  /** What is read for the last time gives its memory to what is written. */
  @Test
  void theLastReaderWritesOver() {
    var make = new Copy(all(x), all(old));
    var code = List.of(make, pass(all(next), all(old)), new Copy(all(next), all(result)));
    Map<Buffer, Buffer> heirs = Heirs.of(code, Set.of(result));
    assertEquals(Map.of(next, old), heirs);
    new Arena().plan(code, Set.of(result), heirs);
    assertSame(old.array(), next.array());
    assertNotSame(old.array(), result.array());
  }

  /** In turn: the third lies where the first did, and while it is wanted nobody else does. */
  @Test
  void heirsHaveHeirs() {
    Buffer third = Buffer.temporary(DType.F32, ROWS * COLUMNS);
    var make = new Copy(all(x), all(old));
    var code =
        List.of(
            make,
            pass(all(next), all(old)),
            pass(all(third), all(next)),
            new Copy(all(x), all(result)),
            new Copy(all(third), all(result)));
    Map<Buffer, Buffer> heirs = Heirs.of(code, Set.of(result));
    assertEquals(Map.of(next, old, third, old), heirs);
    new Arena().plan(code, Set.of(result), heirs);
    assertSame(old.array(), third.array());
    assertNotSame(old.array(), result.array());
  }

  /** Who reads it later still finds it; nor is it given away twice. */
  @Test
  void whatIsWantedStays() {
    var make = new Copy(all(x), all(old));
    var user = new Copy(all(old), all(result));
    assertEquals(Map.of(), heirs(make, pass(all(next), all(old)), user));
    assertEquals(Map.of(), heirs(pass(all(next), all(x)))); // that is an input's
    Buffer other = Buffer.temporary(DType.F32, ROWS * COLUMNS);
    Elementwise two =
        new Elementwise(
            (a, at, strides, r, c) -> {},
            List.of(all(old), all(next), all(other)),
            new boolean[] {false, true, true},
            false,
            0,
            2);
    assertEquals(1, heirs(make, two).size());
    assertEquals(Map.of(), Heirs.of(List.of(make, pass(all(next), all(old))), Set.of(old)));
  }

  /** A pass that reads other rows than it writes would read what it has written. */
  @Test
  void otherRowsAreInTheWay() {
    var make = new Copy(all(x), all(old));
    assertEquals(Map.of(), heirs(make, pass(part(next, 0, 49), part(old, 1, 49))));
    assertEquals(1, heirs(make, pass(part(next, 1, 49), part(old, 1, 49))).size());
  }

  /** In passes row by row, all that read it come before what is written. */
  @Test
  void laterPassesFindIt() {
    var make = new Copy(all(x), all(old));
    Buffer between = Buffer.temporary(DType.F32, ROWS * COLUMNS);
    Elementwise first = pass(all(between), all(old));
    List<Instruction> goes =
        Rows.apply(List.of(make, first, pass(all(next), all(between))), Map.of(), Set.of(next), 2);
    assertEquals(old, Heirs.of(goes, Set.of(next)).get(next));
    List<Instruction> stays =
        Rows.apply(
            List.of(make, first, pass(all(next), all(between)), pass(all(result), all(old))),
            Map.of(),
            Set.of(next, result),
            2);
    Map<Buffer, Buffer> heirs = Heirs.of(stays, Set.of(next, result));
    assertEquals(Map.of(result, old), heirs);
  }
}
