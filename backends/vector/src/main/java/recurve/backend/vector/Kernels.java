package recurve.backend.vector;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** The kernels made so far, by region: layers, bindings and executables share them. */
final class Kernels {
  private final Map<Region, Kernel> made = new ConcurrentHashMap<>();
  private final List<Trial> cold = new ArrayList<>(); // guarded by this

  Kernel of(Region region) {
    return made.computeIfAbsent(
        region,
        r -> {
          if (!r.isVectorizable()) return new PlainKernel(r);
          Kernel whole = RegionCompiler.compile(r);
          Kernel kernel = r.pick().<Kernel>map(p -> new PickKernel(r, p, whole)).orElse(whole);
          synchronized (this) {
            cold.add(new Trial(r, kernel));
          }
          return kernel;
        });
  }

  /** The generated classes so far, by name. */
  Map<String, byte[]> classes() {
    var classes = new TreeMap<String, byte[]>();
    for (Region r : made.keySet()) {
      if (r.isVectorizable()) classes.put(RegionCompiler.name(r), RegionCompiler.bytes(r));
    }
    return classes;
  }

  /** The new kernels over a few rows, for a {@link WarmUp}. */
  synchronized List<Runnable> cold() {
    List<Runnable> some = List.copyOf(cold);
    cold.clear();
    return some;
  }

  /** A kernel and a few rows of its own to run over. */
  private static final class Trial implements Runnable {
    // a trip of the loop for whole vectors must happen often enough to be worth compiling
    private static final int ROWS = 2, COLUMNS = 16 * Lanes.COUNT;

    private final Kernel kernel;
    private final Object[] arrays;
    private final int[] at;
    private final int[] strides;

    Trial(Region region, Kernel kernel) {
      this.kernel = kernel;
      int slots = region.slots().size();
      arrays = new Object[slots];
      at = new int[slots];
      strides = new int[slots];
      for (int s = 0; s < slots; s++) {
        Region.Slot slot = region.slots().get(s);
        if (slot.index()) continue;
        arrays[s] = Buffer.allocate(slot.dtype(), ROWS * COLUMNS);
        if (arrays[s] instanceof float[] f) Arrays.fill(f, 0.5f);
        strides[s] = COLUMNS;
      }
    }

    @Override
    public void run() {
      kernel.run(arrays, at, strides, ROWS, COLUMNS);
    }
  }
}
