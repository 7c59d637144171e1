package recurve.tck;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import recurve.ir.DType;
import recurve.ir.Graph;
import recurve.ir.Tensor;
import recurve.ir.Value;

/**
 * Numbers to run graphs on, from a seed.
 *
 * <p>By the name of the input: {@code key} any integers; {@code lengths} 0 to the extent of {@code
 * T}; other integers are ids of a table of {@link #TABLE} rows. Floats lie in [-3, 3].
 */
final class Samples {
  /** Rows of the tables that ids point into. */
  static final int TABLE = 5;

  private final Random random;

  Samples(long seed) {
    this.random = new Random(seed);
  }

  /** Something for each input under a binding of the symbols. */
  Map<String, Tensor> of(List<Value> inputs, Map<String, Long> binding) {
    var all = new TreeMap<String, Tensor>();
    for (Value v : inputs) {
      String name = Graph.nameOf(v);
      int[] dims = Arrays.stream(v.shape().bind(binding)).mapToInt(Math::toIntExact).toArray();
      all.put(
          name,
          switch (v.dtype()) {
            case F32, F64 -> floats(v.dtype(), dims);
            case I32 -> {
              long time = binding.getOrDefault("T", 0L);
              yield name.equals("key")
                  ? integers(Integer.MIN_VALUE, Integer.MAX_VALUE, dims)
                  : name.equals("lengths")
                      ? integers(0, Math.toIntExact(time) + 1, dims)
                      : integers(0, TABLE, dims);
            }
            case BOOL -> integers(0, 2, dims).cast(DType.BOOL);
          });
    }
    return all;
  }

  /** Normally distributed, cut off at three. */
  Tensor floats(DType dtype, int... dims) {
    Tensor t = Tensor.zeros(DType.F64, dims);
    for (int i = 0; i < t.size(); i++) {
      t.doubles()[i] = Math.clamp(random.nextGaussian(), -3, 3);
    }
    return t.cast(dtype);
  }

  /** Evenly distributed integers from one number up to, but not with, another. */
  Tensor integers(int from, int to, int... dims) {
    Tensor t = Tensor.zeros(DType.I32, dims);
    for (int i = 0; i < t.size(); i++) t.ints()[i] = random.nextInt(from, to);
    return t;
  }
}
