package recurve.backend.vector;

import recurve.backend.Backend;
import recurve.backend.CompileOptions;
import recurve.backend.Executable;
import recurve.backend.Support;
import recurve.ir.Graph;

/** The backend {@code vector}: every operation, in pure Java. */
public final class VectorBackend implements Backend {
  private final Products products = new Products(new Tiles());
  private final Kernels kernels = new Kernels();

  /** For the service loader. */
  public VectorBackend() {}

  @Override
  public String name() {
    return "vector";
  }

  @Override
  public Support support() {
    return new Support.Available("vectors of " + Lanes.COUNT + " floats");
  }

  @Override
  public Executable compile(Graph graph, CompileOptions options) {
    options.check(graph);
    return new VectorExecutable(Sunk.apply(graph), options, products, kernels);
  }
}
