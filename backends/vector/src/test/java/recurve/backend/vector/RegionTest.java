package recurve.backend.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import recurve.backend.vector.Region.Across;
import recurve.backend.vector.Region.Apply;
import recurve.backend.vector.Region.Const;
import recurve.backend.vector.Region.Expr;
import recurve.backend.vector.Region.Fate;
import recurve.backend.vector.Region.Load;
import recurve.backend.vector.Region.Slot;
import recurve.backend.vector.Region.Store;
import recurve.ir.DType;
import recurve.ir.Op;

/** Compiled regions against their plain twin. */
class RegionTest {
  private static final int[] COLUMNS = {1, 7, 8, 9, 16, 23, 200, 650};
  private static final float MISS = 4e-6f; // of numbers within a few units

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
  void randomRegions(long seed) {
    var random = new Random(seed);
    Region region = random(random, 4 + random.nextInt(30));
    for (int columns : COLUMNS) check(region, random, 1 + random.nextInt(4), columns);
  }

  /** Every function over the whole range of floats, and where it ends. */
  @ParameterizedTest
  @EnumSource(Op.Unary.class)
  void functions(Op.Unary op) {
    var numbers = new ArrayList<Float>();
    for (float f : new float[] {0, -0f, Float.MIN_VALUE, Float.MIN_NORMAL, Float.MAX_VALUE}) {
      numbers.add(f);
      numbers.add(-f);
    }
    for (float f : new float[] {88.7f, 88.8f, 87.3f, 87.4f, 103, 104, 7.9f, 8, 17, 1 / 0f}) {
      numbers.add(f);
      numbers.add(-f);
    }
    numbers.add(Float.NaN);
    for (int i = 0; i < 4096; i++) numbers.add((i - 2048) / 16f);
    float[] x = new float[numbers.size()];
    for (int i = 0; i < x.length; i++) x[i] = numbers.get(i);
    var slot = new Slot(DType.F32, Across.VARIES, false);
    List<Expr> exprs = List.of(new Load(0, DType.F32), new Apply(op, List.of(0), DType.F32));
    var region = new Region(List.of(slot, slot), exprs, List.of(new Store(1, 1, Fate.WRITTEN)));
    float[] plain = new float[x.length], compiled = new float[x.length];
    run(new PlainKernel(region), x, plain);
    run(RegionCompiler.compile(region), x, compiled);
    for (int i = 0; i < x.length; i++) {
      float allowed = 8 * Math.ulp(Math.max(1, Math.abs(plain[i])));
      if (Float.compare(plain[i], compiled[i]) == 0) continue;
      assertEquals(plain[i], compiled[i], allowed, op + " of " + x[i]);
    }
  }

  private static void run(Kernel kernel, float[] x, float[] y) {
    kernel.run(new Object[] {x, y}, new int[2], new int[2], 1, x.length);
  }

  /** A sum of zeros but in one column; ids may be none of them. */
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 16, 650})
  void picks(int columns) {
    List<Expr> exprs =
        List.of(
            new Load(0, DType.I32),
            new Load(1, DType.I32),
            new Apply(Op.Binary.EQUAL, List.of(0, 1), DType.BOOL),
            new Load(2, DType.F32),
            new Apply(Op.Unary.NEG, List.of(3), DType.F32),
            new Const(0, DType.F32),
            new Apply(new Op.Where(), List.of(2, 4, 5), DType.F32));
    var number = new Slot(DType.I32, Across.STAYS, false);
    var index = new Slot(DType.I32, Across.VARIES, true);
    var x = new Slot(DType.F32, Across.VARIES, false);
    var sum = new Slot(DType.F32, Across.STAYS, false);
    List<Slot> slots = List.of(number, index, x, sum);
    var region = new Region(slots, exprs, List.of(new Store(6, 3, Fate.SUMMED)));
    Kernel kernel = new Kernels().of(region);
    assertInstanceOf(PickKernel.class, kernel);
    int[] ids = {0, columns - 1, columns, -1, columns / 2, Integer.MIN_VALUE, Integer.MAX_VALUE};
    float[] numbers = new float[ids.length * columns];
    for (int i = 0; i < numbers.length; i++) numbers[i] = i % 5 == 0 ? 0 : i * 0.25f;
    for (int first : new int[] {0, 3}) { // of the index: a row may be a part of a longer one
      float[] picked = new float[ids.length], plain = new float[ids.length];
      for (Kernel k : List.of(kernel, new PlainKernel(region))) {
        float[] to = k == kernel ? picked : plain;
        Object[] arrays = {ids, new int[0], numbers, to};
        int[] at = {0, first, 0, 0};
        k.run(arrays, at, new int[] {1, 0, columns, 1}, ids.length, columns);
        assertArrayEquals(new int[] {0, first, 0, 0}, at);
      }
      assertArrayEquals(plain, picked); // -0 is not 0
    }
    var both = List.of(new Store(6, 3, Fate.SUMMED), new Store(4, 2, Fate.WRITTEN));
    assertEquals(Optional.empty(), new Region(slots, exprs, both).pick());
  }

  /** Interpreted code, and every tier of compiled code, give the same bits. */
  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23})
  void bitsDoNotDependOnTheCompiler(long seed) {
    var random = new Random(seed);
    Region region = random(random, 20);
    Kernel kernel = RegionCompiler.compile(region);
    Object[] arrays = arrays(region, random, 3, 107);
    float[] first = null;
    for (int i = 0; i < 3000; i++) {
      launch(kernel, region, arrays, 3, 107);
      float[] last = ((float[]) arrays[region.stores().get(2).slot()]).clone();
      if (first == null) first = last;
      assertArrayEquals(first, last, "run " + i);
    }
  }

  private static void check(Region region, Random random, int rows, int columns) {
    Object[] mine = arrays(region, random, rows, columns), twin = new Object[mine.length];
    for (int s = 0; s < mine.length; s++) {
      twin[s] = mine[s] instanceof float[] f ? f.clone() : ((boolean[]) mine[s]).clone();
    }
    launch(RegionCompiler.compile(region), region, mine, rows, columns);
    launch(new PlainKernel(region), region, twin, rows, columns);
    for (Store store : region.stores()) {
      if (twin[store.slot()] instanceof boolean[] truths) {
        assertArrayEquals(truths, (boolean[]) mine[store.slot()], region + ", " + columns);
        continue;
      }
      float[] a = (float[]) mine[store.slot()], b = (float[]) twin[store.slot()];
      float miss = store.fate() == Fate.SUMMED ? columns * MISS : MISS;
      assertArrayEquals(b, a, miss * 100, region + ", " + rows + " x " + columns);
    }
  }

  /** Rows have gaps of three elements, which must stay what they are. */
  private static void launch(Kernel kernel, Region region, Object[] arrays, int rows, int columns) {
    int[] at = new int[arrays.length], strides = new int[arrays.length];
    for (int s = 0; s < at.length; s++) {
      at[s] = 2;
      strides[s] = region.slots().get(s).across() == Across.VARIES ? columns + 3 : 1;
    }
    kernel.run(arrays, at, strides, rows, columns);
  }

  private static Object[] arrays(Region region, Random random, int rows, int columns) {
    Object[] arrays = new Object[region.slots().size()];
    for (int s = 0; s < arrays.length; s++) {
      int size = rows * (columns + 3) + 5;
      float[] f = new float[size];
      boolean[] truths = new boolean[size];
      for (int i = 0; i < size; i++) f[i] = (float) random.nextGaussian();
      for (int i = 0; i < size; i++) truths[i] = f[i] < 0.5;
      arrays[s] = region.slots().get(s).dtype() == DType.BOOL ? truths : f;
    }
    return arrays;
  }

  /**
   * Loads that vary and stay, an index, a constant, truth values, then operations on whatever there
   * is.
   */
  private static Region random(Random random, int size) {
    var slots = new ArrayList<Slot>();
    var exprs = new ArrayList<Expr>();
    slots.add(new Slot(DType.F32, Across.VARIES, false));
    slots.add(new Slot(DType.F32, Across.VARIES, false));
    slots.add(new Slot(DType.F32, Across.STAYS, false));
    slots.add(new Slot(DType.I32, Across.VARIES, true));
    for (int s = 0; s < 3; s++) exprs.add(new Load(s, DType.F32));
    exprs.add(new Load(3, DType.I32));
    exprs.add(new Const(5, DType.I32));
    exprs.add(new Apply(Op.Binary.LESS, List.of(3, 4), DType.BOOL));
    slots.add(new Slot(DType.BOOL, Across.VARIES, false));
    slots.add(new Slot(DType.BOOL, Across.STAYS, false));
    exprs.add(new Load(4, DType.BOOL));
    exprs.add(new Load(5, DType.BOOL));
    exprs.add(new Const(0.75, DType.F32));
    Op[] unary = {Op.Unary.NEG, Op.Unary.TANH, Op.Unary.SIGMOID};
    Op[] binary = {Op.Binary.ADD, Op.Binary.SUB, Op.Binary.MUL, Op.Binary.MAX};
    int from = exprs.size() - 1; // floats that may be arguments: these and the three loads
    while (exprs.size() < size + from) {
      int a = pick(random, exprs, from), b = pick(random, exprs, from);
      exprs.add(
          switch (random.nextInt(4)) {
            case 0 -> new Apply(unary[random.nextInt(3)], List.of(a), DType.F32);
            case 1 -> new Apply(new Op.Where(), List.of(5 + random.nextInt(3), a, b), DType.F32);
            // bounded, so that rounding errors stay what they are
            case 2 -> new Apply(Op.Unary.TANH, List.of(a), DType.F32);
            default -> new Apply(binary[random.nextInt(4)], List.of(a, b), DType.F32);
          });
    }
    exprs.add(new Apply(Op.Unary.TANH, List.of(exprs.size() - 1), DType.F32));
    int last = exprs.size() - 1, out = slots.size();
    slots.add(new Slot(DType.F32, Across.VARIES, false));
    slots.add(new Slot(DType.F32, Across.STAYS, false));
    slots.add(new Slot(DType.F32, Across.STAYS, false));
    slots.add(new Slot(DType.BOOL, Across.VARIES, false));
    exprs.add(new Apply(new Op.Where(), List.of(5, 6, 7), DType.BOOL));
    var stores =
        List.of(
            new Store(exprs.size() - 1, out + 3, Fate.WRITTEN),
            new Store(last, out, Fate.WRITTEN),
            new Store(last, out + 1, Fate.SUMMED),
            new Store(last, out + 2, Fate.MAXED));
    return new Region(slots, exprs, stores);
  }

  private static int pick(Random random, List<Expr> exprs, int from) {
    return random.nextInt(3) == 0 ? random.nextInt(3) : from + random.nextInt(exprs.size() - from);
  }
}
