package recurve.ir;

import java.util.Arrays;

/**
 * Numbers on the host: element type, extents, and the elements in row-major order.
 *
 * <p>Holds its array without copying; whoever hands one over gives it away.
 */
public final class Tensor {
  private final DType dtype;
  private final int[] dims;
  private final Object elements; // float[] | double[] | int[] | boolean[], by dtype

  private Tensor(DType dtype, Object elements, int length, int[] dims) {
    this.dtype = dtype;
    this.elements = elements;
    this.dims = dims.clone();
    long size = 1;
    for (int d : dims) size = Math.multiplyExact(size, (long) d);
    if (size != length) {
      throw new ShapeException(length + " elements do not fill " + Arrays.toString(dims));
    }
  }

  public static Tensor of(float[] elements, int... dims) {
    return new Tensor(DType.F32, elements, elements.length, dims);
  }

  public static Tensor of(double[] elements, int... dims) {
    return new Tensor(DType.F64, elements, elements.length, dims);
  }

  public static Tensor of(int[] elements, int... dims) {
    return new Tensor(DType.I32, elements, elements.length, dims);
  }

  public static Tensor of(boolean[] elements, int... dims) {
    return new Tensor(DType.BOOL, elements, elements.length, dims);
  }

  /** A floating-point scalar. */
  public static Tensor scalar(DType dtype, double value) {
    return of(new double[] {value}, 1).reshape().cast(dtype);
  }

  /** Zeros. */
  public static Tensor zeros(DType dtype, int... dims) {
    int n = Arrays.stream(dims).reduce(1, Math::multiplyExact);
    return switch (dtype) {
      case F32 -> of(new float[n], dims);
      case F64 -> of(new double[n], dims);
      case I32 -> of(new int[n], dims);
      case BOOL -> of(new boolean[n], dims);
    };
  }

  public DType dtype() {
    return dtype;
  }

  /** The extents. */
  public int[] dims() {
    return dims.clone();
  }

  public int rank() {
    return dims.length;
  }

  public int dim(int axis) {
    return dims[axis];
  }

  /** The number of elements. */
  public int size() {
    return switch (dtype) {
      case F32 -> floats().length;
      case F64 -> doubles().length;
      case I32 -> ints().length;
      case BOOL -> booleans().length;
    };
  }

  /** The shape, all extents known. */
  public Shape shape() {
    return Shape.of(Arrays.stream(dims).asLongStream().toArray());
  }

  /** The elements themselves, of F32. */
  public float[] floats() {
    return (float[]) of(DType.F32);
  }

  /** The elements themselves, of F64. */
  public double[] doubles() {
    return (double[]) of(DType.F64);
  }

  /** The elements themselves, of I32. */
  public int[] ints() {
    return (int[]) of(DType.I32);
  }

  /** The elements themselves, of BOOL. */
  public boolean[] booleans() {
    return (boolean[]) of(DType.BOOL);
  }

  private Object of(DType asked) {
    if (asked != dtype) throw new ShapeException("a tensor of " + dtype + " read as " + asked);
    return elements;
  }

  /** One element as a number; true is one. */
  public double at(int i) {
    return switch (dtype) {
      case F32 -> floats()[i];
      case F64 -> doubles()[i];
      case I32 -> ints()[i];
      case BOOL -> booleans()[i] ? 1 : 0;
    };
  }

  /** The only element. */
  public double item() {
    if (size() != 1) throw new ShapeException("a tensor of " + size() + " elements has no item");
    return at(0);
  }

  /** The same elements under other extents. */
  public Tensor reshape(int... to) {
    return new Tensor(dtype, elements, size(), to);
  }

  /** The elements converted to another type. */
  public Tensor cast(DType to) {
    if (to == dtype) return this;
    Tensor r = zeros(to, dims);
    for (int i = 0, n = size(); i < n; i++) {
      switch (to) {
        case F32 -> r.floats()[i] = (float) at(i);
        case F64 -> r.doubles()[i] = at(i);
        case I32 -> r.ints()[i] = (int) at(i);
        case BOOL -> r.booleans()[i] = at(i) != 0;
      }
    }
    return r;
  }

  /**
   * The first elements along the leading axis, as a copy.
   *
   * @throws ShapeException if there are fewer, or no axis
   */
  public Tensor first(int count) {
    if (rank() == 0 || count < 0 || count > dims[0]) {
      throw new ShapeException("the first " + count + " of " + this);
    }
    int[] to = dims();
    to[0] = count;
    int n = dims[0] == 0 ? 0 : size() / dims[0] * count;
    return switch (dtype) {
      case F32 -> of(Arrays.copyOf(floats(), n), to);
      case F64 -> of(Arrays.copyOf(doubles(), n), to);
      case I32 -> of(Arrays.copyOf(ints(), n), to);
      case BOOL -> of(Arrays.copyOf(booleans(), n), to);
    };
  }

  /** A copy that shares nothing. */
  public Tensor copy() {
    return switch (dtype) {
      case F32 -> of(floats().clone(), dims);
      case F64 -> of(doubles().clone(), dims);
      case I32 -> of(ints().clone(), dims);
      case BOOL -> of(booleans().clone(), dims);
    };
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Tensor t
        && dtype == t.dtype
        && Arrays.equals(dims, t.dims)
        && switch (dtype) {
          case F32 -> Arrays.equals(floats(), t.floats());
          case F64 -> Arrays.equals(doubles(), t.doubles());
          case I32 -> Arrays.equals(ints(), t.ints());
          case BOOL -> Arrays.equals(booleans(), t.booleans());
        };
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(dims) + dtype.hashCode();
  }

  @Override
  public String toString() {
    return dtype + Arrays.toString(dims);
  }
}
