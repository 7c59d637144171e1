package recurve.backend.vector;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import recurve.backend.WeightType;

/** A library of three loops, which packs a right side column by column. */
record PlainGemm(Numbers numbers, long least) implements Gemm {
  private float get(MemorySegment m, long index) {
    return numbers == Numbers.FLOATS
        ? m.getAtIndex(JAVA_FLOAT, index)
        : WeightType.ofBf16(m.getAtIndex(JAVA_SHORT, index));
  }

  @Override
  public Packer packer(int depth, int columns, int rowStride, int columnStride) {
    return new Packer() {
      @Override
      public long bytes() {
        return (long) depth * columns * Float.BYTES;
      }

      @Override
      public void pack(MemorySegment matrix, MemorySegment packed) {
        for (int j = 0; j < columns; j++) {
          for (int k = 0; k < depth; k++) {
            float number = get(matrix, (long) k * rowStride + (long) j * columnStride);
            packed.setAtIndex(JAVA_FLOAT, (long) j * depth + k, number);
          }
        }
      }
    };
  }

  @Override
  public Kernel kernel(int rows, int depth, int columns, int stride) {
    return (a, packed, c) -> {
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
          double sum = 0;
          for (int k = 0; k < depth; k++) {
            double right = packed.getAtIndex(JAVA_FLOAT, (long) j * depth + k);
            sum += get(a, (long) i * stride + k) * right;
          }
          c.setAtIndex(JAVA_FLOAT, (long) i * columns + j, (float) sum);
        }
      }
    };
  }
}
