package recurve.backend;

/**
 * In which numbers a backend computes the large products of floats: those of a layer's weights.
 *
 * <p>Only the two sides of a product are rounded, each time anew. Parameters, moments, states,
 * sums, and all that is no product, are floats; so training goes on as it would, a little noisier.
 */
public enum Precision {
  /** Floats of 32 bits. */
  F32,
  /**
   * The upper halves of floats, {@link WeightType#toBf16}: some processors multiply them faster.
   */
  BF16
}
