package recurve.backend.onednn;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
  // a block of a right side or of a result, for the moment of a call
  private final ThreadLocal<MemorySegment> moment =
      ThreadLocal.withInitial(() -> MemorySegment.NULL);

  Products(Library library, Precision precision, long least) {
    this.library = library;
    this.precision = precision;
    this.least = least;
  }

  @Override
  public boolean suits(int rows, int depth, int columns) {
    return (long) rows * depth * columns >= least;
  }

  /** The library cuts the depth itself. */
  @Override
  public int deepest() {
    return Integer.MAX_VALUE;
  }

  @Override
  public int widest() {
    return 256;
  }

  private int type() {
    return precision == Precision.BF16 ? BF16 : F32;
  }

  private int bytesOfNumber() {
    return precision == Precision.BF16 ? Short.BYTES : Float.BYTES;
  }

  private MemorySegment moment(long bytes) {
    MemorySegment known = moment.get();
    if (known.byteSize() >= bytes) return known;
    MemorySegment larger = allocate(bytes);
    moment.set(larger);
    return larger;
  }

  /** Copies numbers out of the heap, as the precision has them. */
  private void copy(float[] from, int at, MemorySegment to, long index, int n) {
    long target = index * bytesOfNumber();
    switch (precision) {
      case F32 -> MemorySegment.copy(from, at, to, ValueLayout.JAVA_FLOAT, target, n);
      case BF16 -> Halves.copy(from, at, to, target, n);
    }
  }

  /** Copies lines of numbers, one behind the other. */
  private void copy(
      float[] from, int at, int stride, int lines, int each, MemorySegment to, long index) {
    if (stride == each) {
      copy(from, at, to, index, lines * each);
    } else {
      for (int i = 0; i < lines; i++) {
        copy(from, at + i * stride, to, index + (long) i * each, each);
      }
    }
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
  public Left left(int rows, int depth) {
    return new Left() {
      @Override
      public long bytes() {
        return (long) rows * depth * bytesOfNumber();
      }

      @Override
      public int group() {
        return 1;
      }

      @Override
      public void lay(float[] from, int at, int stride, int first, int last, MemorySegment to) {
        copy(from, at + first * stride, stride, last - first, depth, to, (long) first * depth);
      }
    };
  }

  @Override
  public Right right(int depth, int columns) {
    library.single();
    Descriptor packed = packed(depth, columns);
    Primitive straight = packer(depth, columns, columns, 1, packed);
    Primitive turned = packer(depth, columns, 1, depth, packed);
    long bytes = packed.bytes();
    return new Right() {
      @Override
      public long bytes() {
        return bytes;
      }

      @Override
      public void pack(float[] from, int at, int rowStride, int columnStride, MemorySegment to) {
        MemorySegment plain = moment((long) depth * columns * bytesOfNumber());
        if (columnStride == 1) {
          copy(from, at, rowStride, depth, columns, plain, 0);
          straight.run(plain, to);
        } else {
          copy(from, at, columnStride, columns, depth, plain, 0);
          turned.run(plain, to);
        }
      }
    };
  }

  private Primitive packer(int depth, int columns, int rowStride, int columnStride, Descriptor to) {
    Descriptor from = Descriptor.strided(library, type(), depth, columns, rowStride, columnStride);
    MemorySegment engine = library.engine();
    MemorySegment reorder =
        library.create(
            "dnnl_reorder_primitive_desc_create", from, engine, to, engine, library.attributes());
    return new Primitive(
        library,
        reorder,
        new Primitive.Parameter(SOURCE, from),
        new Primitive.Parameter(DESTINATION, to));
  }

  @Override
  public Kernel kernel(int rows, int depth, int columns, int whole) {
    library.single();
    Descriptor a = rows(type(), rows, depth, whole), b = packed(depth, columns);
    Descriptor c = rows(F32, rows, columns, columns);
    var primitive =
        new Primitive(
            library,
            product(a, b, c),
            new Primitive.Parameter(SOURCE, a),
            new Primitive.Parameter(WEIGHTS, b),
            new Primitive.Parameter(DESTINATION, c));
    return (left, row, column, right, to, at, stride, more) -> {
      if (column > 0 || more) throw new IllegalArgumentException("the depth is never cut");
      MemorySegment result = moment((long) rows * columns * Float.BYTES);
      primitive.run(left.asSlice((long) row * whole * bytesOfNumber()), right, result);
      for (int r = 0; r < rows; r++) {
        long line = (long) r * columns * Float.BYTES;
        MemorySegment.copy(result, ValueLayout.JAVA_FLOAT, line, to, at + r * stride, columns);
      }
    };
  }
}
