package recurve.backend.vector;

import java.nio.IntBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import recurve.ir.DType;

/**
 * How a value lies in a buffer: where it starts, its extents, and how far apart elements are.
 *
 * <p>Slices, transpositions, expansions and most reshapes are new views of the same buffer. Inside
 * loops a view moves: {@code loops[d]} is added for each trip of the loop at depth d.
 */
record View(Buffer buffer, int offset, int[] dims, int[] strides, int[] loops) {
  private static final int[] STILL = {};

  /** What two views have in common if and only if they are of the same elements. */
  Object key() {
    var extents = IntBuffer.wrap(dims);
    return List.of(buffer, offset, extents, IntBuffer.wrap(strides), IntBuffer.wrap(loops));
  }

  /** Row-major over a whole buffer. */
  static View of(Buffer buffer, int[] dims) {
    return new View(buffer, 0, dims, rowMajor(dims), STILL);
  }

  /** One number in every element. */
  static View constant(DType dtype, double number, int[] dims) {
    return new View(Buffer.constant(dtype, number), 0, dims, new int[dims.length], STILL);
  }

  /** Each element its index along an axis. */
  static View index(DType dtype, int axis, int[] dims) {
    int[] strides = new int[dims.length];
    strides[axis] = 1;
    return new View(Buffer.index(dtype), 0, dims, strides, STILL);
  }

  static int[] rowMajor(int[] dims) {
    int[] strides = new int[dims.length];
    int step = 1;
    for (int i = dims.length - 1; i >= 0; i--) {
      strides[i] = step;
      step = Math.multiplyExact(step, Math.max(1, dims[i]));
    }
    return strides;
  }

  static int size(int[] dims) {
    return Arrays.stream(dims).reduce(1, Math::multiplyExact);
  }

  DType dtype() {
    return buffer.dtype;
  }

  int rank() {
    return dims.length;
  }

  int dim(int axis) {
    return dims[axis < 0 ? axis + dims.length : axis];
  }

  int stride(int axis) {
    return strides[axis < 0 ? axis + strides.length : axis];
  }

  int size() {
    return size(dims);
  }

  /** Where it starts in the trips that a frame is in. */
  int at(Frame frame) {
    int at = offset;
    for (int d = 0; d < loops.length; d++) at += loops[d] * frame.trip(d);
    return at;
  }

  boolean isContiguous() {
    return isContiguousFrom(0);
  }

  /** Whether the axes from this one on lie row-major without gaps. */
  boolean isContiguousFrom(int axis) {
    int step = 1;
    for (int i = dims.length - 1; i >= axis; i--) {
      if (dims[i] != 1 && strides[i] != step) return false;
      step *= dims[i];
    }
    return true;
  }

  /** Whether it is all of its buffer, in order and standing still. */
  boolean isWhole() {
    return offset == 0
        && isContiguous()
        && size() == buffer.size
        && Arrays.stream(loops).allMatch(l -> l == 0);
  }

  View slice(int axis, int from, int to) {
    int[] d = dims.clone();
    d[axis] = to - from;
    return new View(buffer, offset + from * strides[axis], d, strides, loops);
  }

  View transpose(List<Integer> permutation) {
    int[] d = new int[dims.length], s = new int[dims.length];
    for (int i = 0; i < d.length; i++) {
      d[i] = dims[permutation.get(i)];
      s[i] = strides[permutation.get(i)];
    }
    return new View(buffer, offset, d, s, loops);
  }

  View expand(int[] to) {
    int[] s = strides.clone();
    for (int i = 0; i < s.length; i++) if (dims[i] != to[i]) s[i] = 0;
    return new View(buffer, offset, to, s, loops);
  }

  /** Leading axes put before all others, along which it repeats. */
  View expandLeading(int[] leading) {
    int n = leading.length;
    int[] d = Arrays.copyOf(leading, n + dims.length), s = new int[n + dims.length];
    System.arraycopy(dims, 0, d, n, dims.length);
    System.arraycopy(strides, 0, s, n, strides.length);
    return new View(buffer, offset, d, s, loops);
  }

  /** One index of the leading axis, chosen by the trip of the loop at a depth. */
  View step(int depth) {
    int[] l = Arrays.copyOf(loops, Math.max(loops.length, depth + 1));
    l[depth] += strides[0];
    return new View(buffer, offset, tail(dims), tail(strides), l);
  }

  private static int[] tail(int[] a) {
    return Arrays.copyOfRange(a, 1, a.length);
  }

  /** The same elements under other extents, if strides can say so. */
  Optional<View> reshape(int[] to) {
    if (size(to) == 0) return Optional.of(new View(buffer, offset, to, rowMajor(to), loops));
    // runs of axes that behave like one, from the last to the first: extent, stride
    var runs = new ArrayDeque<int[]>();
    for (int i = 0; i < dims.length; i++) {
      if (dims[i] == 1) continue;
      int[] outer = runs.peek();
      if (outer != null && outer[1] == strides[i] * dims[i]) {
        outer[0] *= dims[i];
        outer[1] = strides[i];
      } else {
        runs.push(new int[] {dims[i], strides[i]});
      }
    }
    int[] s = new int[to.length];
    for (int j = to.length - 1; j >= 0; j--) {
      if (to[j] == 1) continue;
      int[] run = runs.element();
      if (run[0] % to[j] != 0) return Optional.empty();
      s[j] = run[1];
      run[0] /= to[j];
      run[1] *= to[j];
      if (run[0] == 1) runs.pop();
    }
    return Optional.of(new View(buffer, offset, to, s, loops));
  }

  @Override
  public String toString() {
    return buffer.dtype + Arrays.toString(dims) + "/" + Arrays.toString(strides) + "+" + offset;
  }
}
