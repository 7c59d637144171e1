package recurve.backend.vector;

import org.jspecify.annotations.Nullable;
import recurve.backend.Backend;
import recurve.backend.CompileOptions;
import recurve.backend.Executable;
import recurve.backend.Precision;
import recurve.backend.Support;
import recurve.ir.Graph;

/** The backend {@code vector} with large products by a {@link Gemm}, in one precision. */
public abstract class GemmBackend implements Backend {
  private final String name;
  private final Precision precision;
  private @Nullable VectorBackend vector; // made when first used; executables share its kernels

  /** For a backend of some name. */
  protected GemmBackend(String name, Precision precision) {
    this.name = name;
    this.precision = precision;
  }

  /** What computes the products; asked for once, and only where the precision is supported. */
  protected abstract Gemm gemm();

  @Override
  public abstract Support support(Precision asked);

  @Override
  public abstract GemmBackend in(Precision asked);

  /** Its precision. */
  protected final Precision precision() {
    return precision;
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final Support support() {
    return switch (support(precision)) {
      case Support.Absent absent -> absent;
      case Support.Available(String detail) ->
          precision == Precision.F32 && support(Precision.BF16).isAvailable()
              ? new Support.Available(detail + " and bf16")
              : new Support.Available(detail);
    };
  }

  @Override
  public final Executable compile(Graph graph, CompileOptions options) {
    if (support(precision) instanceof Support.Absent(String reason)) {
      throw new IllegalStateException(reason);
    }
    return vector().compile(graph, options);
  }

  private synchronized VectorBackend vector() {
    VectorBackend known = vector;
    if (known == null) {
      known = new VectorBackend(gemm());
      vector = known;
    }
    return known;
  }
}
