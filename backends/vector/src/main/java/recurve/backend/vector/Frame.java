package recurve.backend.vector;

import java.lang.foreign.MemorySegment;

/**
 * What belongs to one thread: which worker it is, the trip of each loop it is inside of, and memory
 * that an instruction may use while it runs.
 */
final class Frame {
  private static final int DEEPEST = 8;

  final int worker;
  final Help help;
  int passed; // waits of a loop that all threads run
  float fetched; // what kernels say of what they fetched; nobody looks at it
  private final int[] trips = new int[DEEPEST];
  private final float[] tile = new float[Tiles.HEIGHT * Panels.WIDTH];
  private float[] packed = {};
  private float[] turned = {};
  private float[] laid = {};
  private MemorySegment side = MemorySegment.NULL;

  /** Of a thread by itself. */
  Frame(int worker) {
    this(worker, new Help());
  }

  /** Of one of several threads that help each other. */
  Frame(int worker, Help help) {
    this.worker = worker;
    this.help = help;
  }

  int trip(int depth) {
    return trips[depth];
  }

  void trip(int depth, int t) {
    trips[depth] = t;
  }

  /** A tile of c. */
  float[] tile() {
    return tile;
  }

  /** At least so many floats, for a left side as the kernels want it. */
  float[] laid(int size) {
    if (laid.length < size) laid = new float[size];
    return laid;
  }

  /** At least so many floats, for panels. */
  float[] packed(int size) {
    if (packed.length < size) packed = new float[size];
    return packed;
  }

  /** At least so many bytes outside of the heap, for a side of a product. */
  MemorySegment side(long bytes, Gemm gemm) {
    if (side.byteSize() < bytes) side = gemm.allocate(bytes);
    return side;
  }

  /** At least so many floats, for a left side. */
  float[] turned(int size) {
    if (turned.length < size) turned = new float[size];
    return turned;
  }
}
