package recurve.backend.vector;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import recurve.ir.DType;

/**
 * A stretch of memory that views look at; its array is put in when memory is planned.
 *
 * <p>Two kinds hold no memory: of a {@link Kind#CONSTANT} every element is one number, of an {@link
 * Kind#INDEX} each element is its own address. Views of them are read inside compiled regions for
 * nothing, and filled in only where something else must read them.
 */
final class Buffer {
  /** Where the elements come from. */
  enum Kind {
    /** An array of the arena, alive from its first writer to its last reader. */
    TEMPORARY,
    /** An array that the executable puts in and that stays from run to run. */
    KEPT,
    CONSTANT,
    INDEX
  }

  final Kind kind;
  final DType dtype;
  final int size;
  final double number;
  private final Optional<Gemm> outside; // who allocates it, if not the heap
  private @Nullable Object array;

  private Buffer(Kind kind, DType dtype, int size, double number, Optional<Gemm> outside) {
    this.kind = kind;
    this.dtype = dtype;
    this.size = size;
    this.number = number;
    this.outside = outside;
  }

  static Buffer temporary(DType dtype, int size) {
    return new Buffer(Kind.TEMPORARY, dtype, size, 0, Optional.empty());
  }

  static Buffer kept(DType dtype, int size) {
    return new Buffer(Kind.KEPT, dtype, size, 0, Optional.empty());
  }

  static Buffer constant(DType dtype, double number) {
    return new Buffer(Kind.CONSTANT, dtype, 0, number, Optional.empty());
  }

  static Buffer index(DType dtype) {
    return new Buffer(Kind.INDEX, dtype, 0, 0, Optional.empty());
  }

  /** Memory outside of the Java heap: so many bytes, counted in floats. */
  static Buffer outside(Kind kind, long bytes, Gemm gemm) {
    int floats = Math.toIntExact((bytes + Float.BYTES - 1) / Float.BYTES);
    return new Buffer(kind, DType.F32, floats, 0, Optional.of(gemm));
  }

  /** Whether arrays of another buffer can serve this one, if they are long enough. */
  Sort sort() {
    return new Sort(dtype, outside.isPresent());
  }

  /** What kind of array a buffer has. */
  record Sort(DType dtype, boolean outside) {}

  static Object allocate(DType dtype, int size) {
    return switch (dtype) {
      case F32 -> new float[size];
      case F64 -> new double[size];
      case I32 -> new int[size];
      case BOOL -> new boolean[size];
    };
  }

  /** An array that suits it. */
  Object allocate() {
    if (outside.isEmpty()) return allocate(dtype, size);
    return outside.get().allocate((long) size * Float.BYTES);
  }

  boolean isMemory() {
    return kind == Kind.TEMPORARY || kind == Kind.KEPT;
  }

  void place(Object newArray) {
    array = newArray;
  }

  /** Gives it memory of its own, if it has none. */
  void placeOnce() {
    if (array == null) array = allocate();
  }

  Object array() {
    if (array == null) throw new IllegalStateException("a buffer was used before it had memory");
    return array;
  }

  float[] floats() {
    return (float[]) array();
  }

  MemorySegment segment() {
    return (MemorySegment) array();
  }

  int[] ints() {
    return (int[]) array();
  }
}
