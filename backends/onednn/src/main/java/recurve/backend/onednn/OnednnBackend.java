package recurve.backend.onednn;

import recurve.backend.Precision;
import recurve.backend.Support;
import recurve.backend.vector.Gemm;
import recurve.backend.vector.GemmBackend;

/**
 * The backend {@code onednn}: the vector backend, with the large products by oneDNN.
 *
 * <p>In floats it is there to be compared with. Where the processor has instructions for upper
 * halves of floats, {@link Precision#BF16} is several times as fast.
 */
public final class OnednnBackend extends GemmBackend {
  private static final long WORTH_A_CALL = 100_000; // multiply-adds: a microsecond

  private final long least;

  /** For the service loader. */
  public OnednnBackend() {
    this(Precision.F32, WORTH_A_CALL);
  }

  /** One that leaves products of fewer multiply-adds to the vector backend. */
  OnednnBackend(Precision precision, long least) {
    super("onednn", precision);
    this.least = least;
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
  public GemmBackend in(Precision asked) {
    return asked == precision() ? this : new OnednnBackend(asked, least);
  }

  @Override
  protected Gemm gemm() {
    return new Products(Library.get(), precision(), least);
  }
}
