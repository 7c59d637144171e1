package recurve.backend.onednn;

import org.jspecify.annotations.Nullable;
import recurve.backend.Backend;
import recurve.backend.CompileOptions;
import recurve.backend.Executable;
import recurve.backend.Precision;
import recurve.backend.Support;
import recurve.backend.vector.VectorBackend;
import recurve.ir.Graph;

/**
 * The backend {@code onednn}: the vector backend, with the large products by oneDNN.
 *
 * <p>In floats it is there to be compared with. Where the processor has instructions for upper
 * halves of floats, {@link Precision#BF16} is several times as fast.
 */
public final class OnednnBackend implements Backend {
  private static final long WORTH_A_CALL = 100_000; // multiply-adds: a microsecond

  private final Precision precision;
  private final long least;
  private @Nullable VectorBackend vector; // made when first used; executables share its kernels

  /** For the service loader. */
  public OnednnBackend() {
    this(Precision.F32, WORTH_A_CALL);
  }

  /** One that leaves products of fewer multiply-adds to the vector backend. */
  OnednnBackend(Precision precision, long least) {
    this.precision = precision;
    this.least = least;
  }

  @Override
  public String name() {
    return "onednn";
  }

  @Override
  public Support support() {
    return switch (support(precision)) {
      case Support.Absent absent -> absent;
      case Support.Available(String detail) ->
          precision == Precision.F32 && support(Precision.BF16).isAvailable()
              ? new Support.Available(detail + " and bf16")
              : new Support.Available(detail);
    };
  }

  @Override
  public Support support(Precision asked) {
    return switch (Library.find()) {
      case Library.Missing(String reason) -> new Support.Absent(reason);
      case Library.Found(Library library) ->
          asked == Precision.F32 || library.hasHalves()
              ? new Support.Available(
                  "oneDNN "
                      + library.version()
                      + " in "
                      + (asked == Precision.F32 ? "f32" : "bf16"))
              : new Support.Absent(
                  "this processor has no instructions for bf16 (AVX512-BF16 or AMX); leave"
                      + " --precision out.");
    };
  }

  @Override
  public Backend in(Precision asked) {
    return asked == precision ? this : new OnednnBackend(asked, least);
  }

  @Override
  public Executable compile(Graph graph, CompileOptions options) {
    if (support(precision) instanceof Support.Absent(String reason)) {
      throw new IllegalStateException(reason);
    }
    return vector().compile(graph, options);
  }

  private synchronized VectorBackend vector() {
    VectorBackend known = vector;
    if (known == null) {
      known = new VectorBackend(new Products(Library.get(), precision, least));
      vector = known;
    }
    return known;
  }
}
