package recurve.backend.vector;

/** Where one thread is: which worker it is, and the trip of each loop it is inside of. */
final class Frame {
  private static final int DEEPEST = 8;

  final int worker;
  private final int[] trips = new int[DEEPEST];

  Frame(int worker) {
    this.worker = worker;
  }

  int trip(int depth) {
    return trips[depth];
  }

  void trip(int depth, int t) {
    trips[depth] = t;
  }
}
