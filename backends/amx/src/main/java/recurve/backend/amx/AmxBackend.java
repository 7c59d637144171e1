package recurve.backend.amx;

import java.util.Optional;
import recurve.backend.Precision;
import recurve.backend.Support;
import recurve.backend.vector.Gemm;
import recurve.backend.vector.GemmBackend;

/**
 * The backend {@code amx}: the vector backend, with the large products by the matrix tiles of
 * Intel's processors.
 *
 * <p>Tiles multiply bfloat16 only. {@link Precision#F32} makes three of each float, which keeps all
 * of it ({@link Parts}); {@link Precision#BF16} rounds to one.
 */
public final class AmxBackend extends GemmBackend {
  private static final long LEAST = 100_000; // multiply-adds that are worth a call

  private final boolean always;

  /** For the service loader. */
  public AmxBackend() {
    this(Precision.F32, false);
  }

  /** One that may compute all products by tiles, also those for which that does not pay. */
  AmxBackend(Precision precision, boolean always) {
    super("amx", precision);
    this.always = always;
  }

  @Override
  public Support support(Precision asked) {
    Optional<String> missing = Processor.missing();
    if (missing.isPresent()) return new Support.Absent(missing.get());
    return new Support.Available(
        asked == Precision.F32 ? "AMX, floats as three bfloat16 each" : "AMX in bf16");
  }

  @Override
  public GemmBackend in(Precision asked) {
    return asked == precision() ? this : new AmxBackend(asked, always);
  }

  @Override
  protected Gemm gemm() {
    Parts parts = precision() == Precision.F32 ? Parts.THREE : Parts.ONE;
    long least = always ? 1 : LEAST;
    return new TileProducts(new TileKernels(parts), parts, always ? 0 : parts.worth(), least);
  }
}
