package recurve.backend.vector;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import recurve.ir.Dim;
import recurve.ir.ShapeException;
import recurve.ir.Value;

/**
 * What lowering needs to know: the binding, and the makers of kernels.
 *
 * @param source of what does products by packed panels
 * @param workers how many threads will run the instructions
 * @param prepared what was computed from constant inputs
 * @param gemm a native library that does the large products
 * @param isLasting whether values are kept from run to run, each in memory of its own
 */
record Context(
    Map<String, Long> binding,
    Supplier<Products> source,
    Kernels kernels,
    int workers,
    Optional<Prepared> prepared,
    Optional<Gemm> gemm,
    boolean isLasting,
    Map<Value, int[]> known) {

  Context(
      Map<String, Long> binding,
      Supplier<Products> source,
      Kernels kernels,
      int workers,
      Optional<Gemm> gemm) {
    this(binding, source, kernels, workers, Optional.empty(), gemm, false, new IdentityHashMap<>());
  }

  /** The same, for a block that finds some values computed. */
  Context with(Prepared values) {
    return new Context(
        binding, source, kernels, workers, Optional.of(values), gemm, isLasting, known);
  }

  /** The same, for a block whose values are kept from run to run. */
  Context lasting() {
    return new Context(binding, source, kernels, workers, prepared, gemm, true, known);
  }

  /** What does products by packed panels; its kernels are made when they are first wanted. */
  Products products() {
    return source.get();
  }

  /** The extents of a value. */
  int[] dims(Value v) {
    return known.computeIfAbsent(
        v,
        k -> {
          long[] bound = v.shape().bind(binding);
          long size = 1;
          for (long d : bound) {
            if (d < 0) throw new ShapeException(v + " has a negative extent where " + binding);
            size = Math.multiplyExact(size, d);
            if (size > Integer.MAX_VALUE) throw new ShapeException(v + " is too large");
          }
          return Arrays.stream(bound).mapToInt(Math::toIntExact).toArray();
        });
  }

  int bind(Dim dim) {
    return Math.toIntExact(dim.bind(binding));
  }
}
