package recurve.backend.vector;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The kernels made so far, by region: layers, bindings and executables share them. */
final class Kernels {
  private final Map<Region, Kernel> made = new ConcurrentHashMap<>();

  Kernel of(Region region) {
    return made.computeIfAbsent(
        region, r -> r.isVectorizable() ? RegionCompiler.compile(r) : new PlainKernel(r));
  }
}
