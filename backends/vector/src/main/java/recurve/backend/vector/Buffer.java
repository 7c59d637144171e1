package recurve.backend.vector;

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
  private @Nullable Object array;

  private Buffer(Kind kind, DType dtype, int size, double number) {
    this.kind = kind;
    this.dtype = dtype;
    this.size = size;
    this.number = number;
  }

  static Buffer temporary(DType dtype, int size) {
    return new Buffer(Kind.TEMPORARY, dtype, size, 0);
  }

  static Buffer kept(DType dtype, int size) {
    return new Buffer(Kind.KEPT, dtype, size, 0);
  }

  static Buffer constant(DType dtype, double number) {
    return new Buffer(Kind.CONSTANT, dtype, 0, number);
  }

  static Buffer index(DType dtype) {
    return new Buffer(Kind.INDEX, dtype, 0, 0);
  }

  static Object allocate(DType dtype, int size) {
    return switch (dtype) {
      case F32 -> new float[size];
      case F64 -> new double[size];
      case I32 -> new int[size];
      case BOOL -> new boolean[size];
    };
  }

  boolean isMemory() {
    return kind == Kind.TEMPORARY || kind == Kind.KEPT;
  }

  void place(Object newArray) {
    array = newArray;
  }

  /** Gives it memory of its own, if it has none. */
  void placeOnce() {
    if (array == null) array = allocate(dtype, size);
  }

  Object array() {
    if (array == null) throw new IllegalStateException("a buffer was used before it had memory");
    return array;
  }

  float[] floats() {
    return (float[]) array();
  }

  int[] ints() {
    return (int[]) array();
  }
}
