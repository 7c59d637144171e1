package recurve.backend.vector;

import java.util.List;
import recurve.backend.WeightType;

/**
 * A weight in the order in which a product of few rows reads it, once and from its beginning to its
 * end: panels of {@link #WIDTH} columns, one after the other, each k by k.
 *
 * <p>Nothing but the memory limits such a product, so fewer bytes are more speed. Each column is
 * one chain of fused multiply-adds in the order of k, widened to floats on the way.
 */
abstract sealed class Streamed {
  /** Columns of a panel: eight vectors of sums, whose chains fill the pipelines. */
  static final int WIDTH = 8 * Lanes.COUNT;

  final View weight; // [depth, columns]
  final int depth;
  final int columns;

  private Streamed(View weight) {
    this.weight = weight;
    this.depth = weight.dim(0);
    this.columns = weight.dim(1);
  }

  /** One without numbers; {@link #filling} puts them in. */
  static Streamed of(WeightType type, View weight) {
    return switch (type) {
      case F32 -> new Floats(weight);
      case BF16 -> new Halves(weight);
      case INT8 -> new Bytes(weight);
    };
  }

  /** How many panels. */
  final int panels() {
    return (columns + WIDTH - 1) / WIDTH;
  }

  final int size() {
    return Math.multiplyExact(panels() * WIDTH, depth);
  }

  /** How many bytes a run reads. */
  abstract long bytes();

  /** Reads panel p of the weight's floats. */
  abstract void fill(int p, float[] from, int at);

  /**
   * {@code c[j] = sum over k of a[k] b[k][j]} for the columns of panel p.
   *
   * @param a from {@code ao} on, contiguous
   * @param c from {@code co} on, {@link #WIDTH} floats
   */
  abstract void multiply(int p, float[] a, int ao, float[] c, int co);

  /** What puts the weight's numbers in. */
  final Instruction filling() {
    return new Filling(this);
  }

  final int width(int p) {
    return Math.min(WIDTH, columns - p * WIDTH);
  }

  private static final class Floats extends Streamed {
    private final float[] b = new float[size()];

    Floats(View weight) {
      super(weight);
    }

    @Override
    long bytes() {
      return 4L * b.length;
    }

    @Override
    void fill(int p, float[] from, int at) {
      int rows = weight.stride(0), step = weight.stride(1), width = width(p);
      for (int k = 0; k < depth; k++) {
        int source = at + k * rows + p * WIDTH * step, to = (p * depth + k) * WIDTH;
        for (int j = 0; j < width; j++) b[to + j] = from[source + j * step];
      }
    }

    @Override
    void multiply(int p, float[] a, int ao, float[] c, int co) {
      StreamKernels.floats(depth, a, ao, b, p * depth * WIDTH, c, co);
    }
  }

  private static final class Halves extends Streamed {
    private final short[] b = new short[size()];

    Halves(View weight) {
      super(weight);
    }

    @Override
    long bytes() {
      return 2L * b.length;
    }

    @Override
    void fill(int p, float[] from, int at) {
      int rows = weight.stride(0), step = weight.stride(1), width = width(p);
      for (int k = 0; k < depth; k++) {
        int source = at + k * rows + p * WIDTH * step, to = (p * depth + k) * WIDTH;
        for (int j = 0; j < width; j++) b[to + j] = WeightType.toBf16(from[source + j * step]);
      }
    }

    @Override
    void multiply(int p, float[] a, int ao, float[] c, int co) {
      StreamKernels.halves(depth, a, ao, b, p * depth * WIDTH, c, co);
    }
  }

  private static final class Bytes extends Streamed {
    private final byte[] b = new byte[size() + StreamKernels.BEYOND];
    private final float[] scales = new float[panels() * WIDTH];

    Bytes(View weight) {
      super(weight);
    }

    @Override
    long bytes() {
      return b.length + 4L * scales.length;
    }

    @Override
    void fill(int p, float[] from, int at) {
      int rows = weight.stride(0), step = weight.stride(1), width = width(p);
      int first = at + p * WIDTH * step, own = p * WIDTH;
      for (int j = 0; j < width; j++) scales[own + j] = 0;
      for (int k = 0; k < depth; k++) {
        for (int j = 0; j < width; j++) {
          float size = Math.abs(from[first + k * rows + j * step]);
          scales[own + j] = Math.max(scales[own + j], size);
        }
      }
      for (int j = 0; j < width; j++) scales[own + j] = WeightType.scale(scales[own + j]);
      for (int k = 0; k < depth; k++) {
        int to = (p * depth + k) * WIDTH;
        for (int j = 0; j < width; j++) {
          b[to + j] = WeightType.toInt8(from[first + k * rows + j * step], scales[own + j]);
        }
      }
    }

    @Override
    void multiply(int p, float[] a, int ao, float[] c, int co) {
      StreamKernels.bytes(depth, a, ao, b, p * depth * WIDTH, c, co);
      int own = p * WIDTH;
      for (int j = 0; j < WIDTH; j++) c[co + j] *= scales[own + j];
    }
  }

  /** Brings the weight's numbers into order; shares are cut by panel. */
  private static final class Filling implements Instruction {
    private final Streamed into;

    Filling(Streamed into) {
      this.into = into;
    }

    @Override
    public int extent() {
      return into.panels();
    }

    @Override
    public List<Access> accesses() {
      return List.of(Access.reads(into.weight, false));
    }

    @Override
    public void run(Frame frame, int from, int to) {
      float[] floats = into.weight.buffer().floats();
      for (int p = from; p < to; p++) into.fill(p, floats, into.weight.at(frame));
    }

    @Override
    public String toString() {
      return "Filling " + into.weight;
    }
  }
}
