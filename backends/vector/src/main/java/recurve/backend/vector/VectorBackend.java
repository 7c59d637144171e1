package recurve.backend.vector;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import recurve.backend.Backend;
import recurve.backend.CompileOptions;
import recurve.backend.Executable;
import recurve.backend.Support;
import recurve.ir.Graph;

/** The backend {@code vector}: every operation, in pure Java. */
public final class VectorBackend implements Backend {
  private final Kernels kernels = new Kernels();
  private final Optional<Gemm> gemm;
  private @Nullable Products products; // made when first used: listing backends must be quick

  /** For the service loader. */
  public VectorBackend() {
    this(Optional.empty());
  }

  /** One whose large products a native library computes. */
  public VectorBackend(Gemm gemm) {
    this(Optional.of(gemm));
  }

  private VectorBackend(Optional<Gemm> gemm) {
    this.gemm = gemm;
  }

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
    return new VectorExecutable(Sunk.apply(graph), options, this::products, kernels, gemm);
  }

  private synchronized Products products() {
    Products known = products;
    if (known == null) {
      known = new Products();
      products = known;
    }
    return known;
  }
}
