package recurve.backend.vector;

import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Generates a micro-kernel for every height of tile.
 *
 * <p>Written by hand each would be the same page of code with other numbers; and masks or branches
 * in one general kernel make the compiler refuse to inline its vector calls. The kernels are flat
 * and free of branches but for the loop over panels, and in it the one over k, which takes {@link
 * #STEP} at a time.
 *
 * <p>What counts is how many instructions there are for each multiply-add: where the core's other
 * thread is busy, as on most rented machines, only half of the six that can be issued in a cycle
 * are ours. Here they are 1.9; with 2.2 a product takes a seventh longer. Around the loop over k
 * they are mostly checks of array bounds, two for each place of an array that the loop's body
 * names. Those of a stand before the loop over panels; a kernel of one panel, which had them all
 * each time, took a quarter longer for a depth of 100.
 */
final class Tiles {
  /** The tallest tile: of 16 registers two for each row, two for a row of b, one of a. */
  static final int HEIGHT = Lanes.WIDE ? 10 : 6;

  /**
   * How far apart the rows of a lie: a constant of the code, so that one index leads to all of them
   * and few instructions are no multiply-add (up to 17 % of a product's time, the more the busier
   * the core's other thread).
   */
  static final int STRIDE = Panels.DEEPEST;

  /** How many k are taken at a time: depths are filled up with zeros to a multiple of it. */
  static final int STEP = 4;

  /**
   * In how many places a panel is read at once: equal parts of its depth, between which the sum
   * over k goes to and fro. A core fetches ahead in each; from one place alone it does not keep up
   * with vectors of 512 bits (large products 3 %, loops 10 %; with 256 bits steps took 2 % longer).
   */
  static final int STREAMS = Lanes.WIDE ? 2 : 1;

  /** How many k of one place are taken before those of the next. */
  static final int RUN = STEP / STREAMS;

  private static final int LINE = 16; // floats of a line of memory

  /**
   * From how many places a kernel fetches, a line from each for every {@link #STEP}: so that the
   * tiles of a batch of some twenty rows, two or four of them, fetch as much as they use.
   */
  private static final int PLACES = Lanes.WIDE ? 4 : 1;

  /** How many kernels that fetch it takes to fetch as many panels as each of them uses. */
  static final int FETCHING = Panels.WIDTH * STEP / (LINE * PLACES);

  private static final ClassDesc FENCES = ClassDesc.of("java.lang.invoke.VarHandle");
  private static final MethodTypeDesc TYPE =
      MethodTypeDesc.of(
          CD_float,
          CD_int,
          Emit.FLOATS,
          CD_int,
          Emit.FLOATS,
          CD_int,
          CD_int,
          Emit.FLOATS,
          CD_int,
          CD_int,
          CD_int);

  // arguments, then locals; slot 0 is this
  private static final int DEPTH = 1, A = 2, AO = 3, B = 4, BO = 5, PANELS = 6, C = 7, CO = 8;
  private static final int LDC = 9, NEXT = 10;
  private static final int AT = 11, END = 12, APART = 13, BEYOND = 14, FETCHED = 15, PART = 16;
  private static final int SUMS = 17;

  private final @Nullable Tile[] kernels = new Tile[4 * (HEIGHT + 1)];

  /**
   * The kernel for so many rows that sets c, or adds to it.
   *
   * @param fetches whether it reads a little of what comes next
   */
  Tile of(int rows, boolean adds, boolean fetches) {
    var kind = new Kind(rows, adds, fetches);
    Tile known = kernels[kind.place()];
    return known != null ? known : made(kind);
  }

  // two threads may both find nothing; kernels have no state, so either may see the other's
  private synchronized Tile made(Kind kind) {
    Tile known = kernels[kind.place()];
    if (known == null) {
      known = Emit.define(Tile.class, kind.bytes());
      kernels[kind.place()] = known;
    }
    return known;
  }

  /** The kernels' class files, by name. */
  static Map<String, byte[]> classes() {
    var classes = new LinkedHashMap<String, byte[]>();
    for (Kind kind : Kind.all()) classes.put(kind.name(), kind.bytes());
    return classes;
  }

  private record Kind(int rows, boolean adds, boolean fetches) {
    static List<Kind> all() {
      var all = new ArrayList<Kind>();
      for (int place = 4; place < 4 * (HEIGHT + 1); place++) {
        all.add(new Kind(place / 4, (place & 1) != 0, (place & 2) != 0));
      }
      return all;
    }

    int place() {
      return 4 * rows + (adds ? 1 : 0) + (fetches ? 2 : 0);
    }

    String name() {
      return "Tile" + (adds ? "Add" : "") + (fetches ? "Fetch" : "") + rows;
    }

    byte[] bytes() {
      var method = new Emit.Method(TYPE, false, code -> body(code, this));
      return Emit.bytes(Tile.class, name(), Map.of("run", method));
    }
  }

  private static void body(CodeBuilder code, Kind kind) {
    Label panel = code.newLabel(), done = code.newLabel();
    code.iload(DEPTH).loadConstant(STREAMS).idiv().istore(PART);
    code.iload(AO).iload(PART).iadd().istore(END);
    code.loadConstant(0f).fstore(FETCHED);
    code.labelBinding(panel).iload(PANELS).ifle(done);
    panel(code, kind);
    code.iload(BO).iload(DEPTH).loadConstant(Panels.WIDTH).imul().iadd().istore(BO);
    if (kind.fetches) {
      code.iload(NEXT).iload(DEPTH).loadConstant(PLACES * LINE / STEP).imul().iadd().istore(NEXT);
    }
    code.iinc(CO, Panels.WIDTH).iinc(PANELS, -1).goto_(panel);
    code.labelBinding(done).fload(FETCHED).freturn();
  }

  private static void panel(CodeBuilder code, Kind kind) {
    for (int r = 0; r < kind.rows; r++) {
      for (int half = 0; half < 2; half++) {
        Emit.species(code);
        if (kind.adds) {
          place(code, r, half);
          Emit.load(code);
        } else {
          code.loadConstant(0f);
          Emit.broadcast(code);
        }
        code.astore(sum(r, half));
      }
    }
    depth(code, kind);
    for (int r = 0; r < kind.rows; r++) {
      for (int half = 0; half < 2; half++) {
        code.aload(sum(r, half));
        place(code, r, half);
        Emit.store(code);
      }
    }
  }

  // the locals: two sums for each row, two vectors of b, a number of a
  private static int sum(int row, int half) {
    return SUMS + 2 * row + half;
  }

  private static int right(int rows, int half) {
    return SUMS + 2 * rows + half;
  }

  private static int scalar(int rows) {
    return SUMS + 2 * rows + 2;
  }

  /**
   * The loop over k. What counts is the place in a, and b's follows from it: an offset of its own
   * for either costs a register, of which the compiler has none left and moves one to and fro.
   *
   * <p>A kernel that fetches loads some numbers more for each {@link #STEP}: a load that misses the
   * caches would hold up all that comes after it, but reading on so slowly, line by line in each
   * place, is what the processor's own prefetching keeps ahead of.
   */
  private static void depth(CodeBuilder code, Kind kind) {
    code.iload(BO).iload(AO).loadConstant(Panels.WIDTH).imul().isub().istore(APART);
    if (kind.fetches) {
      code.iload(NEXT).iload(AO).loadConstant(LINE / RUN).imul().isub().istore(BEYOND);
    }
    code.iload(AO).istore(AT);
    Label loop = code.newLabel(), done = code.newLabel();
    code.labelBinding(loop).iload(AT).iload(END).if_icmpge(done);
    for (int place = 0; kind.fetches && place < PLACES; place++) {
      code.fload(FETCHED).aload(B).iload(BEYOND).iload(AT).loadConstant(LINE / RUN).imul().iadd();
      code.iload(DEPTH).loadConstant(place * LINE / STEP).imul().iadd();
      code.faload().fadd().fstore(FETCHED);
      fence(code);
    }
    for (int stream = 0; stream < STREAMS; stream++) {
      for (int ahead = 0; ahead < RUN; ahead++) {
        if (stream + ahead > 0) fence(code);
        step(code, kind.rows, stream, ahead);
      }
    }
    code.iinc(AT, RUN).goto_(loop).labelBinding(done);
  }

  /** All that is done with one k. */
  private static void step(CodeBuilder code, int rows, int stream, int ahead) {
    for (int half = 0; half < 2; half++) {
      Emit.species(code).aload(B).iload(APART).iload(AT).loadConstant(Panels.WIDTH).imul().iadd();
      for (int q = 0; q < stream; q++) {
        code.iload(PART).loadConstant(Panels.WIDTH).imul().iadd();
      }
      code.loadConstant(ahead * Panels.WIDTH + half * Lanes.COUNT).iadd();
      Emit.load(code);
      code.astore(right(rows, half));
    }
    for (int r = 0; r < rows; r++) {
      if (r > 0) fence(code);
      Emit.species(code).aload(A).iload(AT);
      for (int q = 0; q < stream; q++) code.iload(PART).iadd();
      code.loadConstant(r * STRIDE + ahead).iadd().faload();
      Emit.broadcast(code);
      code.astore(scalar(rows));
      for (int half = 0; half < 2; half++) {
        code.aload(scalar(rows)).aload(right(rows, half)).aload(sum(r, half));
        Emit.fma(code);
        code.astore(sum(r, half));
      }
    }
  }

  /**
   * No load passes a fence, so the compiler loads what the next row wants after it has loaded what
   * this one does. Left free, it loads all first, runs out of registers and keeps sums in memory:
   * half as fast. This fence is no instruction of the processor.
   */
  private static void fence(CodeBuilder code) {
    code.invokestatic(FENCES, "acquireFence", MethodTypeDesc.of(CD_void));
  }

  private static void place(CodeBuilder code, int row, int half) {
    code.aload(C).iload(CO).loadConstant(row).iload(LDC).imul().iadd();
    code.loadConstant(half * Lanes.COUNT).iadd();
  }
}
