package recurve.backend.onednn;

import java.lang.foreign.MemorySegment;
import recurve.backend.Precision;
import recurve.backend.vector.Gemm;

/** Matrix products by oneDNN's matmul primitive. */
final class Products implements Gemm {
  private static final int F32 = 3, BF16 = 2; // of dnnl_data_type_t
  private static final int SOURCE = 1, WEIGHTS = 33, DESTINATION = 17; // arguments of a primitive
  // the packed form must suit left sides of any height; it is asked for with this one
  private static final int USUAL = 64;

  private final Library library;
  private final Precision precision;
  private final long least;

  Products(Library library, Precision precision, long least) {
    this.library = library;
    this.precision = precision;
    this.least = least;
  }

  @Override
  public long least() {
    return least;
  }

  @Override
  public Numbers numbers() {
    return precision == Precision.BF16 ? Numbers.HALVES : Numbers.FLOATS;
  }

  private int type() {
    return precision == Precision.BF16 ? BF16 : F32;
  }

  private Descriptor rows(int type, int rows, int columns, int stride) {
    return Descriptor.strided(library, type, rows, columns, stride, 1);
  }

  private MemorySegment product(Descriptor a, Descriptor b, Descriptor c) {
    MemorySegment none = MemorySegment.NULL; // no bias
    return library.create(
        "dnnl_matmul_primitive_desc_create", library.engine(), a, b, none, c, library.attributes());
  }

  /** How right sides of a shape are packed. */
  private Descriptor packed(int depth, int columns) {
    Descriptor a = rows(type(), USUAL, depth, depth), c = rows(F32, USUAL, columns, columns);
    MemorySegment product = product(a, Descriptor.any(library, type(), depth, columns), c);
    try {
      return Descriptor.ofRightSide(library, product);
    } finally {
      library.destroy("dnnl_primitive_desc_destroy", product);
    }
  }

  @Override
  public Packer packer(int depth, int columns, int rowStride, int columnStride) {
    library.single();
    Descriptor from = Descriptor.strided(library, type(), depth, columns, rowStride, columnStride);
    Descriptor to = packed(depth, columns);
    MemorySegment engine = library.engine();
    MemorySegment reorder =
        library.create(
            "dnnl_reorder_primitive_desc_create", from, engine, to, engine, library.attributes());
    var primitive =
        new Primitive(
            library,
            reorder,
            new Primitive.Parameter(SOURCE, from),
            new Primitive.Parameter(DESTINATION, to));
    long bytes = to.bytes();
    return new Packer() {
      @Override
      public long bytes() {
        return bytes;
      }

      @Override
      public void pack(MemorySegment matrix, MemorySegment packed) {
        primitive.run(matrix, packed);
      }
    };
  }

  @Override
  public Kernel kernel(int rows, int depth, int columns, int stride) {
    library.single();
    Descriptor a = rows(type(), rows, depth, stride), b = packed(depth, columns);
    Descriptor c = rows(F32, rows, columns, columns);
    var primitive =
        new Primitive(
            library,
            product(a, b, c),
            new Primitive.Parameter(SOURCE, a),
            new Primitive.Parameter(WEIGHTS, b),
            new Primitive.Parameter(DESTINATION, c));
    return primitive::run;
  }
}
