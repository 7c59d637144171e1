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
  /** Columns of the streams that are read at once: eight sums, whose chains fill the pipelines. */
  static final int WIDTH = 8 * Lanes.COUNT;

  /** Columns of a stream where four of them are read at once. */
  static final int QUARTER = WIDTH / 4;

  final View weight; // [depth, columns]
  final int depth;
  final int columns;
  final int width; // columns of a stream
  private final int lead; // numbers before the first

  private Streamed(View weight, int width, int bytes) {
    this.weight = weight;
    this.width = width;
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

  /** How many streams, from s on to {@code to}, {@link #multiply} reads at once. */
  final int together(int s, int to) {
    int most = WIDTH / width;
    return to - s < most ? 1 : most;
  }

  /**
   * {@code c[j] = sum over k of a[k] b[k][j]} for the columns of one stream or of all that are read
   * at once.
   *
   * @param s the first of them
   * @param count how many: {@link #together}
   * @param a from {@code ao} on, contiguous
   * @param c from {@code co} on, as many floats as they have columns
   */
  abstract void multiply(int s, int count, float[] a, int ao, float[] c, int co);

  /** What puts the weight's numbers in. */
  final Instruction filling() {
    return new Filling(this);
  }

  private static final class Floats extends Streamed {
    private final float[] b = new float[size()];

    Floats(View weight) {
      super(weight, QUARTER, Float.BYTES);
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
    void multiply(int s, int count, float[] a, int ao, float[] c, int co) {
      if (count == 1) StreamKernels.floats(depth, a, ao, b, start(s), c, co);
      else StreamKernels.fourFloats(depth, a, ao, b, start(s), c, co);
    }
  }

  private static final class Halves extends Streamed {
    private final short[] b = new short[size()];

    Halves(View weight) {
      super(weight, QUARTER, Short.BYTES);
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
    void multiply(int s, int count, float[] a, int ao, float[] c, int co) {
      if (count == 1) StreamKernels.halves(depth, a, ao, b, start(s), c, co);
      else StreamKernels.fourHalves(depth, a, ao, b, start(s), c, co);
    }
  }

  private static final class Bytes extends Streamed {
    private final byte[] b = new byte[size() + StreamKernels.BEYOND];
    private final float[] scales = new float[streams() * WIDTH];

    Bytes(View weight) {
      super(weight, WIDTH, Byte.BYTES); // four streams are slower: so few bytes are in a cache
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
    void multiply(int s, int count, float[] a, int ao, float[] c, int co) {
      StreamKernels.bytes(depth, a, ao, b, start(s), c, co);
      int own = s * WIDTH;
      for (int j = 0; j < WIDTH; j++) c[co + j] *= scales[own + j];
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
