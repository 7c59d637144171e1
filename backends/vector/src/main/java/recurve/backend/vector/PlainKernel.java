package recurve.backend.vector;

import java.util.List;
import recurve.ir.DType;
import recurve.ir.Op;

/**
 * A region done one operation after the other over a row, in loops that a student can read.
 *
 * <p>The twin that generated code is tested against, and what runs doubles and truth values. Every
 * number is held as a double, in which floats and 32-bit integers are exact, and rounded to its own
 * type after each operation.
 */
final class PlainKernel implements Kernel {
  private static final int CHUNK = 256;

  private final Region region;

  PlainKernel(Region region) {
    this.region = region;
  }

  @Override
  public void run(Object[] arrays, int[] at, int[] strides, int rows, int columns) {
    double[][] values = new double[region.exprs().size()][CHUNK];
    for (int r = 0; r < rows; r++) {
      for (int from = 0; from < columns; from += CHUNK) {
        int n = Math.min(CHUNK, columns - from);
        for (int e = 0; e < values.length; e++) {
          switch (region.exprs().get(e)) {
            case Region.Load(int slot, DType type) ->
                load(arrays[slot], slot, at[slot] + r * strides[slot], from, n, values[e]);
            case Region.Const(double number, DType type) ->
                java.util.Arrays.fill(values[e], 0, n, round(number, type));
            case Region.Apply apply -> apply(apply, values, values[e], n);
          }
        }
        for (Region.Store s : region.stores()) {
          store(
              s, values[s.expr()], arrays[s.slot()], at[s.slot()] + r * strides[s.slot()], from, n);
        }
      }
      if (columns == 0)
        for (Region.Store s : region.stores())
          store(s, new double[0], arrays[s.slot()], at[s.slot()] + r * strides[s.slot()], 0, 0);
    }
  }

  private void load(Object array, int slot, int at, int from, int n, double[] out) {
    Region.Slot s = region.slots().get(slot);
    int step = s.across() == Region.Across.VARIES ? 1 : 0;
    for (int j = 0; j < n; j++) {
      int i = at + (from + j) * step;
      out[j] = s.index() ? i : get(array, i);
    }
  }

  static double get(Object array, int i) {
    return switch (array) {
      case float[] f -> f[i];
      case double[] d -> d[i];
      case int[] n -> n[i];
      case boolean[] b -> b[i] ? 1 : 0;
      default -> throw new IllegalStateException("no array of numbers: " + array.getClass());
    };
  }

  static void set(Object array, int i, double value) {
    switch (array) {
      case float[] f -> f[i] = (float) value;
      case double[] d -> d[i] = value;
      case int[] n -> n[i] = (int) value;
      case boolean[] b -> b[i] = value != 0;
      default -> throw new IllegalStateException("no array of numbers: " + array.getClass());
    }
  }

  private void store(Region.Store s, double[] values, Object array, int at, int from, int n) {
    DType type = region.slots().get(s.slot()).dtype();
    switch (s.fate()) {
      case WRITTEN -> {
        for (int j = 0; j < n; j++) set(array, at + from + j, values[j]);
      }
      case SUMMED -> {
        double sum = from == 0 ? 0 : get(array, at);
        for (int j = 0; j < n; j++)
          sum = type == DType.I32 ? (int) (sum + values[j]) : sum + values[j];
        set(array, at, sum);
      }
      case MAXED -> {
        double max = from == 0 ? lowest(type) : get(array, at);
        for (int j = 0; j < n; j++) max = Math.max(max, values[j]);
        set(array, at, max);
      }
    }
  }

  static double lowest(DType type) {
    return type == DType.I32 ? Integer.MIN_VALUE : Double.NEGATIVE_INFINITY;
  }

  private static double round(double x, DType type) {
    return switch (type) {
      case F32 -> (float) x;
      case F64 -> x;
      case I32 -> (int) x;
      case BOOL -> x != 0 ? 1 : 0;
    };
  }

  private void apply(Region.Apply e, double[][] values, double[] out, int n) {
    List<Integer> in = e.args();
    double[] a = values[in.get(0)], b = values[in.get(in.size() - 1)];
    DType type = region.exprs().get(in.get(in.size() - 1)).dtype();
    for (int j = 0; j < n; j++) {
      double y =
          switch (e.op()) {
            case Op.Unary u -> type == DType.I32 ? (int) -a[j] : unary(u, a[j]);
            case Op.Binary o -> binary(o, a[j], b[j], type);
            case Op.Where() -> a[j] != 0 ? values[in.get(1)][j] : b[j];
            case Op.Cast(DType to) -> a[j];
            default -> throw new IllegalStateException(e.op().title() + " is not elementwise");
          };
      out[j] = round(y, e.dtype());
    }
  }

  private static double unary(Op.Unary op, double x) {
    return switch (op) {
      case NEG -> -x;
      case EXP -> Math.exp(x);
      case LOG -> Math.log(x);
      case SQRT -> Math.sqrt(x);
      case TANH -> Math.tanh(x);
      case SIGMOID -> 1 / (1 + Math.exp(-x));
      case STOP_GRADIENT -> x;
    };
  }

  private static double binary(Op.Binary op, double a, double b, DType type) {
    if (type == DType.I32) return integer(op, (int) a, (int) b);
    return switch (op) {
      case ADD -> a + b;
      case SUB -> a - b;
      case MUL -> a * b;
      case DIV -> a / b;
      case MAX -> Math.max(a, b);
      case LESS -> a < b ? 1 : 0;
      case EQUAL -> a == b ? 1 : 0;
    };
  }

  private static int integer(Op.Binary op, int a, int b) {
    return switch (op) {
      case ADD -> a + b;
      case SUB -> a - b;
      case MUL -> a * b;
      case DIV -> b == 0 ? 0 : a / b;
      case MAX -> Math.max(a, b);
      case LESS -> a < b ? 1 : 0;
      case EQUAL -> a == b ? 1 : 0;
    };
  }
}
