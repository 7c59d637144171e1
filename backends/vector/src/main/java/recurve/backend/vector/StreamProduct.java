package recurve.backend.vector;

import java.util.List;

/** A product of few rows with a weight that was brought into order before; shares by stream. */
final class StreamProduct implements Instruction {
  private final View a; // [rows, depth], the last axis contiguous
  private final Streamed b;
  private final View c; // [rows, columns], the last axis contiguous

  StreamProduct(View a, Streamed b, View c) {
    this.a = a;
    this.b = b;
    this.c = c;
  }

  @Override
  public int extent() {
    return b.streams();
  }

  @Override
  public int grain() {
    return (int) Math.max(1, 30_000L / ((long) a.size() * b.width));
  }

  @Override
  public long work() {
    return (long) a.size() * c.dim(1);
  }

  @Override
  public List<Access> accesses() {
    return List.of(Access.reads(a, false), Access.writes(c, false));
  }

  @Override
  public void run(Frame frame, int from, int to) {
    float[] x = a.buffer().floats(), z = c.buffer().floats();
    for (int s = from, count; s < to; s += count) {
      count = Math.min(to - s, b.together());
      int width = Math.min(count * b.width, b.columns - s * b.width);
      for (int i = 0; i < a.dim(0); i++) {
        int ao = a.at(frame) + i * a.stride(0);
        int co = c.at(frame) + i * c.stride(0) + s * b.width;
        if (width == count * b.width) {
          b.multiply(s, count, x, ao, z, co);
        } else {
          b.multiply(s, count, x, ao, frame.tile(), 0);
          System.arraycopy(frame.tile(), 0, z, co, width);
        }
      }
    }
  }

  @Override
  public String toString() {
    return "StreamProduct " + a + " x " + b.columns + ", " + b.bytes() + " bytes";
  }
}
