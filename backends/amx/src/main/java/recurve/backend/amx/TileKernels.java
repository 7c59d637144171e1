package recurve.backend.amx;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static recurve.backend.amx.Assembler.R10;
import static recurve.backend.amx.Assembler.R11;
import static recurve.backend.amx.Assembler.R8;
import static recurve.backend.amx.Assembler.R9;
import static recurve.backend.amx.Assembler.RAX;
import static recurve.backend.amx.Assembler.RCX;
import static recurve.backend.amx.Assembler.RDI;
import static recurve.backend.amx.Assembler.RDX;
import static recurve.backend.amx.Assembler.RSI;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import recurve.backend.vector.NativeCall;

/**
 * The loops that multiply tiles, as functions that Java calls.
 *
 * <p>A tile has 16 rows of 64 bytes: 16 x 16 floats of the result, 16 rows of 32 numbers of the
 * left side, or 32 rows of 16 columns of the right side, a pair of rows in each of its rows. A
 * function takes a panel of one or two tiles' height of the left side past panels of one or two
 * tiles' width of the right side, in steps of 32 of the depth, or a panel of one tile's height past
 * two panels at once; its tiles of sums, four at most, stay in registers, of which there are eight.
 *
 * <p>Panels hold, step by step, the first parts of the numbers, then the second parts, then the
 * third; of each the tiles one after the other. What is multiplied with what is told in {@link
 * Parts}.
 */
@SuppressWarnings("restricted") // to call machine code is what this class is for
final class TileKernels {
  /** Bytes of a tile. */
  static final int TILE = 1024;

  /** Rows and columns of a tile of the result. */
  static final int SIDE = 16;

  private static final int LINE = 64; // bytes of a tile's row, and of a line of memory
  private static final int CAPACITY = 1 << 15;
  private static final int SUMS = 0, LEFT = 4, RIGHT = 6; // the first tile register of each
  private static final int REGISTERS = 8; // for tiles
  private static final int PANEL = 2; // tiles of a panel of the right side, but for a last one

  // what a function is given, in the order in which the system's rules pass it
  private static final int A = RDI, B = RSI, C = RDX, OFFSET = RCX, STRIDE = R8, END = R9;
  // and where the rest is kept
  private static final int APART = RCX, TIMES = R8, ROW = RAX, AT = R11;
  // the lower tiles of sums; or where there are none, the second panel
  private static final int LOWER = R10, SECOND = R10;

  /**
   * What a function takes at once: tiles of the left panel's height and of the right side's width.
   */
  private enum Shape {
    SINGLE(1, 1),
    PAIR(1, 2),
    HIGH(2, 1),
    SQUARE(2, 2),
    TWO_PANELS(1, 4);

    final int high;
    final int wide;

    Shape(int high, int wide) {
      this.high = high;
      this.wide = wide;
    }

    static Shape of(int high, int wide) {
      if (high == 1) return wide == 1 ? SINGLE : PAIR;
      return wide == 1 ? HIGH : SQUARE;
    }

    /** Which of the functions it is. */
    int index(boolean more) {
      return 2 * ordinal() + (more ? 1 : 0);
    }
  }

  // of each shape one that sets the sums and one that adds to them
  private final MethodHandle[] functions = new MethodHandle[2 * Shape.values().length];

  /** Writes the functions for numbers of so many parts. */
  TileKernels(Parts parts) {
    var code = new Assembler(CAPACITY);
    code.put(shapes());
    int[] places = new int[functions.length];
    for (Shape shape : Shape.values()) {
      for (boolean more : new boolean[] {false, true}) {
        places[shape.index(more)] = code.here();
        write(code, parts, shape, more);
      }
    }
    MemorySegment memory = Linux.executable(code.bytes());
    var signature =
        FunctionDescriptor.ofVoid(
            JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    Linker linker = Linker.nativeLinker();
    for (int i = 0; i < places.length; i++) {
      // no switch of the thread's state, and sums are written to arrays of the heap
      functions[i] =
          linker.downcallHandle(memory.asSlice(places[i]), signature, Linker.Option.critical(true));
    }
  }

  /** The shapes of all eight tiles, as {@code ldtilecfg} wants them. */
  private static byte[] shapes() {
    byte[] shapes = new byte[LINE];
    shapes[0] = 1; // the palette: the only one
    for (int tile = 0; tile < 8; tile++) {
      shapes[16 + 2 * tile] = LINE;
      shapes[48 + tile] = SIDE;
    }
    return shapes;
  }

  private static void write(Assembler code, Parts parts, Shape shape, boolean more) {
    int high = shape.high, wide = shape.wide;
    boolean two = shape == Shape.TWO_PANELS;
    int leftStep = parts.count() * high * TILE;
    int rightStep = parts.count() * Math.min(wide, PANEL) * TILE;
    code.configure(0);
    code.add(C, OFFSET);
    code.move(APART, STRIDE);
    code.argument(TIMES);
    code.set(ROW, LINE);
    if (high == 2) {
      code.move(LOWER, APART);
      code.shift(LOWER, 4); // 16 rows
      code.add(LOWER, C);
    }
    int panel = code.here();
    for (int i = 0; i < high * wide; i++) {
      if (more) code.load(SUMS + i, i < wide ? C : LOWER, i % wide * LINE, APART);
      else code.zero(SUMS + i);
    }
    if (two) { // which comes after B's, and is twice as wide as A's is high
      code.move(SECOND, END);
      code.subtract(SECOND, A);
      code.shift(SECOND, 1);
      code.add(SECOND, B);
    }
    code.move(AT, A);
    int step = code.here();
    if (two) row(code, parts, wide, rightStep);
    else square(code, parts, high, wide, rightStep);
    code.advance(AT, leftStep);
    code.advance(B, rightStep);
    if (two) code.advance(SECOND, rightStep);
    code.unlessEqual(AT, END, step);
    for (int i = 0; i < high * wide; i++) {
      code.store(SUMS + i, i < wide ? C : LOWER, i % wide * LINE, APART);
    }
    if (two) code.move(B, SECOND);
    code.advance(C, wide * LINE);
    if (high == 2) code.advance(LOWER, wide * LINE);
    code.countDown(TIMES, panel);
    code.release();
    code.leave();
  }

  /** A step of up to two tiles on each side: one part of either at a time. */
  private static void square(Assembler code, Parts parts, int high, int wide, int rightStep) {
    int left = -1, right = -1, fetched = 0;
    for (int t = 0; t < parts.terms().size(); t++) {
      Parts.Term term = parts.terms().get(t);
      for (int i = 0; i < high && term.left() != left; i++) {
        code.load(LEFT + i, AT, (term.left() * high + i) * TILE, ROW);
      }
      for (int j = 0; j < wide && term.right() != right; j++) {
        code.load(RIGHT + j, B, (term.right() * wide + j) * TILE, ROW);
      }
      left = term.left();
      right = term.right();
      for (int i = 0; i < high; i++) {
        for (int j = 0; j < wide; j++) code.multiply(SUMS + i * wide + j, LEFT + i, RIGHT + j);
      }
      // what the next step reads of the right side, while the tiles are busy
      int end = rightStep * (t + 1) / parts.terms().size();
      fetch(code, B, rightStep + fetched, rightStep + end);
      fetched = end;
    }
  }

  /** A step of one tile of the left side, all parts of it at once, and two panels. */
  private static void row(Assembler code, Parts parts, int wide, int rightStep) {
    for (int i = 0; i < parts.count(); i++) code.load(LEFT + i, AT, i * TILE, ROW);
    int first = LEFT + parts.count(), next = first;
    for (int part = parts.count() - 1; part >= 0; part--) {
      for (int j = 0; j < wide; j++) {
        int from = j < PANEL ? B : SECOND, at = (part * PANEL + j % PANEL) * TILE;
        code.load(next, from, at, ROW);
        for (Parts.Term term : parts.terms()) {
          if (term.right() == part) code.multiply(SUMS + j, LEFT + term.left(), next);
        }
        fetch(code, from, rightStep + at, rightStep + at + TILE);
        next = next + 1 < REGISTERS ? next + 1 : first;
      }
    }
  }

  private static void fetch(Assembler code, int base, int from, int to) {
    for (int i = from; i < to; i += LINE) code.fetch(base, i);
  }

  /**
   * Sets tiles of c to the product of a panel of the left side with some of the right side, or adds
   * it to them.
   *
   * @param high tiles of the left panel, 1 or 2
   * @param wide tiles of each right panel, 1 or 2
   * @param a the address of the left panel's first step
   * @param end the address behind its last one
   * @param b the address of the right panels, one after the other
   * @param panels how many of them; more than none
   * @param c an array
   * @param at where in it the first sum is
   * @param stride how many numbers its rows are apart
   */
  void run(
      int high,
      int wide,
      boolean more,
      long a,
      long end,
      long b,
      int panels,
      MemorySegment c,
      int at,
      int stride) {
    Shape shape = Shape.of(high, wide);
    if (shape != Shape.PAIR) {
      call(shape, more, a, end, b, panels, c, at, stride);
      return;
    }
    int twos = panels / 2;
    if (twos > 0) call(Shape.TWO_PANELS, more, a, end, b, twos, c, at, stride);
    if (panels == 2 * twos) return;
    long last = b + 2 * twos * PANEL * (end - a);
    call(shape, more, a, end, last, 1, c, at + 2 * twos * PANEL * SIDE, stride);
  }

  private void call(
      Shape shape,
      boolean more,
      long a,
      long end,
      long b,
      long times,
      MemorySegment c,
      long at,
      long stride) {
    MethodHandle function = functions[shape.index(more)];
    try {
      function.invokeExact(a, b, c, at * Float.BYTES, stride * Float.BYTES, end, times);
    } catch (Throwable e) {
      throw NativeCall.failed("a kernel of tiles", e);
    }
  }
}
