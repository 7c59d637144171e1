package recurve.backend.vector;

import java.util.List;
import recurve.backend.Philox;

/** Uniform random numbers: a pure function of key, stream and element. */
final class Uniform implements Instruction {
  private final View key; // [3]
  private final int stream;
  private final View to; // contiguous, [units, elements of a unit]

  private final int[][] blocks; // by worker

  Uniform(View key, int stream, View to, int workers) {
    this.key = key;
    this.stream = stream;
    this.to = to;
    blocks = new int[workers][4];
  }

  @Override
  public int extent() {
    return to.dim(0);
  }

  @Override
  public List<Access> accesses() {
    return List.of(Access.reads(key, false), Access.writes(to, true));
  }

  @Override
  public void run(Frame frame, int from, int last) {
    int[] k = key.buffer().ints();
    int at = key.at(frame), step = key.stride(0);
    int width = to.dim(1), start = to.at(frame);
    Object out = to.buffer().array();
    int[] block = blocks[frame.worker];
    for (int u = from; u < last; u++) {
      int drawn = -1;
      for (int j = 0; j < width; j++) {
        int element = u * width + j;
        if (element >>> 2 != drawn) {
          drawn = element >>> 2;
          block[0] = drawn;
          block[1] = stream;
          block[2] = k[at + 2 * step];
          block[3] = 0;
          Philox.block(block, k[at], k[at + step]);
        }
        PlainKernel.set(out, start + u * to.stride(0) + j, Philox.unit(block[element & 3]));
      }
    }
  }

  @Override
  public String toString() {
    return "Uniform " + to;
  }
}
