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

/**
 * The loops that multiply tiles, as functions that Java calls.
 *
 * <p>A tile has 16 rows of 64 bytes: 16 x 16 floats of the result, 16 rows of 32 numbers of the
 * left side, or 32 rows of 16 columns of the right side, a pair of rows in each of its rows. A
 * function takes a panel of one or two tiles' height of the left side past panels of one or two
 * tiles' width of the right side, in steps of 32 of the depth; its two or four tiles of sums stay
 * in registers, of which there are eight.
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

  // what a function is given, in the order in which the system's rules pass it
  private static final int A = RDI, B = RSI, C = RDX, OFFSET = RCX, STRIDE = R8, END = R9;
  // and where the rest is kept
  private static final int APART = RCX, PANELS = R8, ROW = RAX, LOWER = R10, AT = R11;

  private final MethodHandle[][][] functions = new MethodHandle[2][2][2];

  /** Writes the functions for numbers of so many parts. */
  TileKernels(Parts parts) {
    var code = new Assembler(CAPACITY);
    code.put(shapes());
    int[] places = new int[8];
    for (int i = 0; i < 8; i++) {
      places[i] = code.here();
      write(code, parts, (i >> 2) + 1, (i >> 1 & 1) + 1, (i & 1) == 1);
    }
    MemorySegment memory = Linux.executable(code.bytes());
    var signature =
        FunctionDescriptor.ofVoid(
            JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    Linker linker = Linker.nativeLinker();
    for (int i = 0; i < 8; i++) {
      // no switch of the thread's state, and sums are written to arrays of the heap
      functions[i >> 2][i >> 1 & 1][i & 1] =
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

  private static void write(Assembler code, Parts parts, int high, int wide, boolean more) {
    int leftStep = parts.count() * high * TILE, rightStep = parts.count() * wide * TILE;
    code.configure(0);
    code.add(C, OFFSET);
    code.move(APART, STRIDE);
    code.argument(PANELS);
    code.set(ROW, LINE);
    code.move(LOWER, APART);
    code.shift(LOWER, 4); // 16 rows
    code.add(LOWER, C);
    int panel = code.here();
    for (int i = 0; i < high; i++) {
      for (int j = 0; j < wide; j++) {
        if (more) {
          code.load(SUMS + 2 * i + j, i == 0 ? C : LOWER, j * LINE, APART);
        } else {
          code.zero(SUMS + 2 * i + j);
        }
      }
    }
    code.move(AT, A);
    int step = code.here();
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
        for (int j = 0; j < wide; j++) code.multiply(SUMS + 2 * i + j, LEFT + i, RIGHT + j);
      }
      // what the next step reads of the right side, while the tiles are busy
      for (; fetched < rightStep * (t + 1) / parts.terms().size(); fetched += LINE) {
        code.fetch(B, rightStep + fetched);
      }
    }
    code.advance(AT, leftStep);
    code.advance(B, rightStep);
    code.unlessEqual(AT, END, step);
    for (int i = 0; i < high; i++) {
      for (int j = 0; j < wide; j++) {
        code.store(SUMS + 2 * i + j, i == 0 ? C : LOWER, j * LINE, APART);
      }
    }
    code.advance(C, wide * LINE);
    code.advance(LOWER, wide * LINE);
    code.countDown(PANELS, panel);
    code.release();
    code.leave();
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
      long at,
      long stride) {
    MethodHandle function = functions[high - 1][wide - 1][more ? 1 : 0];
    try {
      function.invokeExact(a, b, c, at * Float.BYTES, stride * Float.BYTES, end, (long) panels);
    } catch (Throwable e) {
      throw Linux.failed("a kernel of tiles", e);
    }
  }
}
