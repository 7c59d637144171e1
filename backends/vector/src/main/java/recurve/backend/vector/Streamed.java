package recurve.backend.vector;

import java.util.List;
import recurve.backend.WeightType;

/**
 * A weight in the order in which a product of few rows reads it: streams of some columns, one after
 * the other, each k by k.
 *
 * <p>Nothing but the memory limits such a product. Fewer bytes are more speed; and so are streams
 * that are read side by side, since a core fetches ahead in each of them. Each column is one chain
 * of fused multiply-adds in the order of k, widened to floats on the way.
 */
abstract sealed class Streamed {
  final View weight; // [depth, columns]
  final int depth;
  final int columns;
  final int width; // columns of a stream
  private final int lead; // numbers before the first
  private final List<StreamKernels.Kernel> kernels; // of one stream, two, and so on

  private Streamed(View weight, WeightType type, int bytes) {
    this.weight = weight;
    this.width = StreamKernels.vectors(type) * Lanes.COUNT;
    this.kernels = StreamKernels.of(type);
    this.lead = Lanes.LEAD_BYTES / bytes;
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

  /** How many streams. */
  final int streams() {
    return (columns + width - 1) / width;
  }

  final int size() {
    return start(streams());
  }

  /** Where stream s begins. */
  final int start(int s) {
    return Math.addExact(lead, Math.multiplyExact(s * width, depth));
  }

  /** How many bytes a run reads. */
  abstract long bytes();

  /** Puts in column j, whose numbers lie {@code step} apart. */
  abstract void fill(int j, float[] from, int at, int step);

  /** Where number k of column j lies. */
  final int place(int k, int j) {
    return lead + (j / width * depth + k) * width + j % width;
  }

  /** How many streams are read at once. */
  final int together() {
    return kernels.size();
  }

  /**
   * {@code c[j] = sum over k of a[k] b[k][j]} for the columns of some streams.
   *
   * @param s the first of them
   * @param count how many, at most {@link #together}
   * @param a from {@code ao} on, contiguous
   * @param c from {@code co} on, as many floats as they have columns
   */
  void multiply(int s, int count, float[] a, int ao, float[] c, int co) {
    kernels.get(count - 1).run(depth, a, ao, numbers(), start(s), c, co);
  }

  /** The array of the numbers. */
  abstract Object numbers();

  /** What puts the weight's numbers in. */
  final Instruction filling() {
    return new Filling(this);
  }

  private static final class Floats extends Streamed {
    private final float[] b = new float[size()];

    Floats(View weight) {
      super(weight, WeightType.F32, Float.BYTES);
    }

    @Override
    long bytes() {
      return 4L * b.length;
    }

    @Override
    void fill(int j, float[] from, int at, int step) {
      for (int k = 0; k < depth; k++) b[place(k, j)] = from[at + k * step];
    }

    @Override
    Object numbers() {
      return b;
    }
  }

  private static final class Halves extends Streamed {
    private final short[] b = new short[size()];

    Halves(View weight) {
      super(weight, WeightType.BF16, Short.BYTES);
    }

    @Override
    long bytes() {
      return 2L * b.length;
    }

    @Override
    void fill(int j, float[] from, int at, int step) {
      for (int k = 0; k < depth; k++) b[place(k, j)] = WeightType.toBf16(from[at + k * step]);
    }

    @Override
    Object numbers() {
      return b;
    }
  }

  private static final class Bytes extends Streamed {
    // the last vector may be longer than what is left
    private final byte[] b = new byte[size() + Lanes.BYTES.length()];
    private final float[] scales = new float[streams() * width];

    Bytes(View weight) {
      super(weight, WeightType.INT8, Byte.BYTES);
    }

    @Override
    long bytes() {
      return b.length + 4L * scales.length;
    }

    @Override
    void fill(int j, float[] from, int at, int step) {
      float largest = 0;
      for (int k = 0; k < depth; k++) largest = Math.max(largest, Math.abs(from[at + k * step]));
      scales[j] = WeightType.scale(largest);
      for (int k = 0; k < depth; k++) {
        b[place(k, j)] = WeightType.toInt8(from[at + k * step], scales[j]);
      }
    }

    @Override
    Object numbers() {
      return b;
    }

    @Override
    void multiply(int s, int count, float[] a, int ao, float[] c, int co) {
      super.multiply(s, count, a, ao, c, co);
      int own = s * width;
      for (int j = 0; j < count * width; j++) c[co + j] *= scales[own + j];
    }
  }

  /** Brings the weight's numbers into order; shares are cut by stream. */
  private static final class Filling implements Instruction {
    private final Streamed into;

    Filling(Streamed into) {
      this.into = into;
    }

    @Override
    public int extent() {
      return into.streams();
    }

    @Override
    public List<Access> accesses() {
      return List.of(Access.reads(into.weight, false));
    }

    @Override
    public void run(Frame frame, int from, int to) {
      float[] floats = into.weight.buffer().floats();
      View v = into.weight;
      for (int j = from * into.width; j < Math.min(into.columns, to * into.width); j++) {
        into.fill(j, floats, v.at(frame) + j * v.stride(1), v.stride(0));
      }
    }

    @Override
    public String toString() {
      return "Filling " + into.weight;
    }
  }
}
