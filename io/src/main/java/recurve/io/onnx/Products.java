package recurve.io.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Shape;
import recurve.ir.Value;

/** Products of matrices. */
final class Products {
  private Products() {}

  static Map<String, Lowering> all() {
    return Map.of("MatMul", Products::matMul, "Gemm", Products::gemm);
  }

  private static List<Item> matMul(Call call) {
    Value a = call.value(0), b = call.value(1);
    if (a.dtype() != DType.I32) return call.result(matMul(a, b));
    Value exact = matMul(a.cast(DType.F64), b.cast(DType.F64));
    return call.result(exact.cast(DType.I32));
  }

  /** By NumPy's rule: a vector is a row on the left and a column on the right, then gone. */
  static Value matMul(Value a, Value b) {
    Value left = a.rank() == 1 ? Build.unsqueeze(a, List.of(0)) : a;
    Value right = b.rank() == 1 ? Build.unsqueeze(b, List.of(1)) : b;
    Fit.same(left.dim(-1), right.dim(-2));
    if (right.rank() > 2) {
      Shape lead = Fit.broadcast(lead(left), lead(right));
      left = Build.expand(left, with(lead, left));
      right = Build.expand(right, with(lead, right));
    }
    Value y = left.matmul(right);
    if (b.rank() == 1) y = Build.squeeze(y, List.of(y.rank() - 1));
    if (a.rank() == 1) y = Build.squeeze(y, List.of(y.rank() - (b.rank() == 1 ? 1 : 2)));
    return y;
  }

  private static Shape lead(Value v) {
    return new Shape(v.shape().dims().subList(0, v.rank() - 2));
  }

  private static Shape with(Shape lead, Value matrix) {
    var dims = new ArrayList<Dim>(lead.dims());
    dims.addAll(matrix.shape().dims().subList(matrix.rank() - 2, matrix.rank()));
    return new Shape(dims);
  }

  /** {@code alpha A B + beta C}, A and B turned where asked. */
  private static List<Item> gemm(Call call) {
    Value a = call.flag("transA", false) ? call.value(0).t() : call.value(0);
    Value b = call.flag("transB", false) ? call.value(1).t() : call.value(1);
    if (a.rank() != 2 || b.rank() != 2) throw new Refusal("its factors are no matrices");
    Value y = scaled(matMul(a, b), call.real("alpha", 1));
    if (!call.has(2)) return call.result(y);
    Value c = scaled(call.value(2), call.real("beta", 1));
    return call.result(y.plus(Build.expand(c, Fit.broadcast(c.shape(), y.shape()))));
  }

  private static Value scaled(Value v, double by) {
    return by == 1 ? v : v.times(by);
  }
}
