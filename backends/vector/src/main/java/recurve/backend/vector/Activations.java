package recurve.backend.vector;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.util.HashMap;
import java.util.Map;
import recurve.ir.DType;
import recurve.ir.Op;

/**
 * Emits one elementwise operation over vectors that lie on the stack.
 *
 * <p>Exp, Log, Tanh and Sigmoid are written out as polynomials. Inside a region they are faster
 * than calls into the vector maths library; and those give other bits in interpreted than in
 * compiled code, so that a run could not be repeated. Errors stay below 8 ulp of one.
 */
final class Activations {
  // tanh(x) = x P(x²) / Q(x²) on [-7.9, 7.9], where it is one to the last bit (as in Eigen)
  private static final float TANH_END = 7.90531110763549805f;
  private static final float[] P = {
    -2.76076847742355e-16f,
    2.00018790482477e-13f,
    -8.60467152213735e-11f,
    5.12229709037114e-08f,
    1.48572235717979e-05f,
    6.37261928875436e-04f,
    4.89352455891786e-03f
  };
  private static final float[] Q = {
    1.19825839466702e-06f, 1.18534705686654e-04f, 2.26843463243900e-03f, 4.89352518554385e-03f
  };

  // exp(x) = 2^n exp(r), |r| <= ln 2 / 2 (Moshier's Cephes); ln 2 in two parts
  private static final float LOG2_E = 1.44269504088896341f;
  private static final float LN2_HIGH = 0.693359375f, LN2_LOW = -2.12194440e-4f;
  private static final float[] E = {
    1.9875691500E-4f,
    1.3981999507E-3f,
    8.3334519073E-3f,
    4.1665795894E-2f,
    1.6666665459E-1f,
    5.0000001201E-1f
  };
  private static final float OVER = 88.72283f, UNDER = -87.33654f;
  // log(m 2^e) = log m + e ln 2, m about one (Cephes)
  private static final float[] L = {
    7.0376836292E-2f,
    -1.1514610310E-1f,
    1.1676998740E-1f,
    -1.2420140846E-1f,
    1.4249322787E-1f,
    -1.6668057665E-1f,
    2.0000714765E-1f,
    -2.4999993993E-1f,
    3.3333331174E-1f
  };
  private static final int ROOT_HALF = Float.floatToRawIntBits(0.70710678f);
  private static final float SUBNORMAL_SCALE = 0x1p23f;

  // added to a number, leaves it rounded to an integer in the low bits of the sum
  private static final float ROUND = 0x1.8p23f;

  private final CodeBuilder code;
  private final Map<Float, Integer> constants = new HashMap<>();

  Activations(CodeBuilder code) {
    this.code = code;
  }

  /** Emits the constants that a region needs: once, before its loops. */
  void prepare(Region region) {
    for (Region.Expr e : region.exprs()) {
      if (!(e instanceof Region.Apply a) || !(a.op() instanceof Op.Unary u)) continue;
      if (u == Op.Unary.TANH) {
        define(TANH_END, -TANH_END);
        define(P);
        define(Q);
      }
      if (u == Op.Unary.EXP || u == Op.Unary.SIGMOID) {
        define(LOG2_E, -LN2_HIGH, -LN2_LOW, OVER, UNDER, ROUND, 0, 1, Float.POSITIVE_INFINITY);
        define(E);
      }
      if (u == Op.Unary.LOG) {
        define(0, 1, -0.5f, LN2_LOW, LN2_HIGH, Float.MIN_NORMAL, SUBNORMAL_SCALE, -23);
        define(Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, Float.NaN);
        define(L);
      }
    }
  }

  private void define(float... values) {
    for (float f : values) {
      if (constants.containsKey(f)) continue;
      int local = code.allocateLocal(TypeKind.REFERENCE);
      Emit.species(code).loadConstant(f);
      Emit.broadcast(code).astore(local);
      constants.put(f, local);
    }
  }

  private CodeBuilder constant(float f) {
    Integer local = constants.get(f);
    if (local == null) throw new IllegalStateException("constant " + f + " was not prepared");
    return code.aload(local);
  }

  /** Takes the arguments from the stack and leaves the result. */
  void apply(Op op, DType from, DType to) {
    switch (op) {
      case Op.Unary u -> unary(u, from);
      case Op.Binary b -> binary(b, from);
      case Op.Cast c -> cast(from, to);
      case Op.Where() -> where(to);
      default -> throw new IllegalStateException(op.title() + " is not elementwise");
    }
  }

  private void unary(Op.Unary op, DType type) {
    switch (op) {
      case NEG -> Emit.unary(code, type, "neg");
      case SQRT -> Emit.unary(code, type, "sqrt");
      case LOG -> log();
      case EXP -> exp();
      case TANH -> tanh();
      case SIGMOID -> {
        Emit.unary(code, type, "neg");
        exp();
        constant(1);
        Emit.binary(code, type, "add");
        int below = store();
        constant(1).aload(below);
        Emit.binary(code, type, "div");
      }
      case STOP_GRADIENT -> {} // the identity
    }
  }

  private void binary(Op.Binary op, DType type) {
    switch (op) {
      case ADD -> Emit.binary(code, type, "add");
      case SUB -> Emit.binary(code, type, "sub");
      case MUL -> Emit.binary(code, type, "mul");
      case DIV -> Emit.binary(code, type, "div");
      case MAX -> Emit.binary(code, type, "max");
      case LESS -> compare(type, "LT");
      case EQUAL -> compare(type, "EQ");
    }
  }

  /** Truth values are masks over floats, whatever was compared. */
  private void compare(DType type, String comparison) {
    int b = store(), a = store();
    code.aload(a);
    Emit.comparison(code, comparison).aload(b);
    Emit.compare(code, type);
    if (type == DType.I32) Emit.castMask(code, DType.F32);
  }

  /** (condition, a, b) to a where it holds. */
  private void where(DType type) {
    int b = store(), a = store(), condition = store();
    if (type == DType.BOOL) { // (c and a) or (b and not c)
      code.aload(condition).aload(a);
      Emit.masks(code, "and").aload(b).aload(condition);
      Emit.masks(code, "andNot");
      Emit.masks(code, "or");
      return;
    }
    code.aload(b).aload(a).aload(condition);
    if (type == DType.I32) Emit.castMask(code, DType.I32);
    Emit.blend(code, type);
  }

  private void cast(DType from, DType to) {
    if (from == to) return;
    int x = store();
    switch (to) {
      case F32 -> {
        if (from == DType.I32) Emit.toFloats(code.aload(x));
        else oneWhere(x, DType.F32);
      }
      case I32 -> {
        if (from == DType.F32) Emit.toInts(code.aload(x));
        else oneWhere(x, DType.I32);
      }
      case BOOL -> {
        code.aload(x);
        Emit.comparison(code, "NE");
        Emit.zero(code, from);
        Emit.compare(code, from);
        if (from == DType.I32) Emit.castMask(code, DType.F32);
      }
      case F64 -> throw new IllegalStateException("doubles are not compiled");
    }
  }

  private void oneWhere(int mask, DType type) {
    Emit.zero(code, type);
    Emit.one(code, type);
    code.aload(mask);
    if (type == DType.I32) Emit.castMask(code, DType.I32);
    Emit.blend(code, type);
  }

  private int store() {
    int local = code.allocateLocal(TypeKind.REFERENCE);
    code.astore(local);
    return local;
  }

  /** The stack's top where the mask of {@code x op bound} does not hold, else a constant. */
  private void bounded(int x, String comparison, float bound, float instead) {
    constant(instead).aload(x);
    Emit.comparison(code, comparison);
    constant(bound);
    Emit.compare(code, DType.F32);
    Emit.blend(code, DType.F32);
  }

  private void tanh() {
    int x = store();
    // not min and max: those that keep NaN take five instructions each
    code.aload(x);
    bounded(x, "GT", TANH_END, TANH_END);
    bounded(x, "LT", -TANH_END, -TANH_END);
    int v = store();
    code.aload(v).aload(v);
    Emit.binary(code, DType.F32, "mul");
    int square = store();
    horner(P, square);
    code.aload(v);
    Emit.binary(code, DType.F32, "mul");
    horner(Q, square);
    Emit.binary(code, DType.F32, "div");
  }

  private void horner(float[] c, int x) {
    constant(c[0]);
    for (int i = 1; i < c.length; i++) {
      code.aload(x);
      constant(c[i]);
      Emit.fma(code);
    }
  }

  private void exp() {
    int x = store();
    code.aload(x);
    constant(LOG2_E);
    constant(ROUND);
    Emit.fma(code);
    int shifted = store();
    code.aload(shifted);
    constant(ROUND);
    Emit.binary(code, DType.F32, "sub");
    int n = store();
    code.aload(n);
    constant(-LN2_HIGH).aload(x);
    Emit.fma(code);
    int high = store();
    code.aload(n);
    constant(-LN2_LOW).aload(high);
    Emit.fma(code);
    int r = store();
    horner(E, r);
    code.aload(r).aload(r);
    Emit.binary(code, DType.F32, "mul");
    code.aload(r);
    Emit.fma(code);
    constant(1);
    Emit.binary(code, DType.F32, "add");
    Emit.scaleByPower(code.aload(shifted));
    bounded(x, "GT", OVER, Float.POSITIVE_INFINITY);
    bounded(x, "LT", UNDER, 0);
  }

  private void log() {
    int x = store();
    // subnormal numbers are scaled up first
    code.aload(x).aload(x);
    constant(SUBNORMAL_SCALE);
    Emit.binary(code, DType.F32, "mul");
    below(x, Float.MIN_NORMAL);
    Emit.blend(code, DType.F32);
    int scaled = store();
    Emit.exponentAbove(code.aload(scaled), ROOT_HALF);
    int exponent = store();
    code.aload(exponent).aload(exponent);
    constant(-23);
    Emit.binary(code, DType.F32, "add");
    below(x, Float.MIN_NORMAL);
    Emit.blend(code, DType.F32);
    int e = store();
    Emit.mantissaAbove(code.aload(scaled), ROOT_HALF);
    constant(1);
    Emit.binary(code, DType.F32, "sub");
    int m = store();
    code.aload(m).aload(m);
    Emit.binary(code, DType.F32, "mul");
    int square = store();
    horner(L, m);
    code.aload(m);
    Emit.binary(code, DType.F32, "mul");
    code.aload(square);
    Emit.binary(code, DType.F32, "mul");
    int tail = store();
    code.aload(e);
    constant(LN2_LOW).aload(tail);
    Emit.fma(code);
    tail = store();
    code.aload(square);
    constant(-0.5f).aload(tail);
    Emit.fma(code);
    code.aload(m);
    Emit.binary(code, DType.F32, "add");
    tail = store();
    code.aload(e);
    constant(LN2_HIGH).aload(tail);
    Emit.fma(code);
    bounded(x, "EQ", 0, Float.NEGATIVE_INFINITY);
    bounded(x, "EQ", Float.POSITIVE_INFINITY, Float.POSITIVE_INFINITY);
    bounded(x, "LT", 0, Float.NaN);
    // and what was no number stays none
    code.aload(x).aload(x);
    Emit.comparison(code, "NE").aload(x);
    Emit.compare(code, DType.F32);
    Emit.blend(code, DType.F32);
  }

  /** Leaves the mask of {@code x < bound}. */
  private void below(int x, float bound) {
    code.aload(x);
    Emit.comparison(code, "LT");
    constant(bound);
    Emit.compare(code, DType.F32);
  }
}
