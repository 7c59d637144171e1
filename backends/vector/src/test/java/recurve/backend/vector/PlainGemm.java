package recurve.backend.vector;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import recurve.backend.WeightType;

/**
 * Three loops over sides as they are or rounded to their upper halves. Left sides are laid out row
 * by row, right ones column by column.
 */
record PlainGemm(boolean halves, long least, int deepest) implements Gemm {
  private float number(float x) {
    return halves ? WeightType.ofBf16(WeightType.toBf16(x)) : x;
  }

  @Override
  public boolean suits(int rows, int depth, int columns) {
    return (long) rows * depth * columns >= least;
  }

  @Override
  public boolean suitsRows(int rows, int depth, int columns) {
    return suits(rows, depth, columns);
  }

  @Override
  public int widest() {
    return 256;
  }

  @Override
  public Left left(int rows, int depth) {
    return new Left() {
      @Override
      public long bytes() {
        return (long) rows * depth * Float.BYTES;
      }

      @Override
      public int group() {
        return 3;
      }

      @Override
      public void lay(float[] from, int at, int stride, int first, int last, MemorySegment to) {
        for (int i = first; i < last; i++) {
          for (int k = 0; k < depth; k++) {
            to.setAtIndex(JAVA_FLOAT, (long) i * depth + k, number(from[at + i * stride + k]));
          }
        }
      }
    };
  }

  @Override
  public Right right(int depth, int columns) {
    return new Right() {
      @Override
      public long bytes() {
        return (long) depth * columns * Float.BYTES;
      }

      @Override
      public void pack(float[] from, int at, int rowStride, int columnStride, MemorySegment to) {
        for (int j = 0; j < columns; j++) {
          for (int k = 0; k < depth; k++) {
            float number = number(from[at + k * rowStride + j * columnStride]);
            to.setAtIndex(JAVA_FLOAT, (long) j * depth + k, number);
          }
        }
      }
    };
  }

  @Override
  public Kernel kernel(int rows, int depth, int columns, int whole) {
    return (left, row, column, right, c, at, stride, more) -> {
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
          int to = at + i * stride + j;
          double sum = more ? c[to] : 0;
          for (int k = 0; k < depth; k++) {
            double a = left.getAtIndex(JAVA_FLOAT, (long) (row + i) * whole + column + k);
            sum += a * right.getAtIndex(JAVA_FLOAT, (long) j * depth + k);
          }
          c[to] = (float) sum;
        }
      }
    };
  }
}
