package recurve.ir;

/** What is known of a value before it runs: its element type and shape. */
public record Type(DType dtype, Shape shape) {
  @Override
  public String toString() {
    return dtype.name().toLowerCase(java.util.Locale.ROOT) + shape;
  }
}
