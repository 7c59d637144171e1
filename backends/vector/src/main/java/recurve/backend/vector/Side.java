package recurve.backend.vector;

import java.util.ArrayList;
import java.util.List;

/**
 * A side of a product by packed panels: one matrix, or several that are read where they lie as if
 * they stood beside or below each other, as the weights of a cell's gates.
 *
 * @param depth how many rows it has
 * @param columns how many columns
 * @param parts together all of it
 */
record Side(int depth, int columns, List<Part> parts) {

  /**
   * A matrix within it.
   *
   * @param view [rows, columns], any strides
   * @param row where its first row stands
   * @param column where its first column stands
   */
  record Part(View view, int row, int column) {}

  /** One matrix, [depth, columns], any strides. */
  static Side of(View matrix) {
    return new Side(matrix.dim(0), matrix.dim(1), List.of(new Part(matrix, 0, 0)));
  }

  /** Matrices joined along an axis. */
  static Side joined(List<View> matrices, int axis) {
    var parts = new ArrayList<Part>();
    int[] end = {0, 0};
    for (View m : matrices) {
      parts.add(new Part(m, axis == 0 ? end[0] : 0, axis == 1 ? end[1] : 0));
      for (int i = 0; i < 2; i++) end[i] = i == axis ? end[i] + m.dim(i) : m.dim(i);
    }
    return new Side(end[0], end[1], List.copyOf(parts));
  }

  /** What reads it touches. */
  List<Instruction.Access> reads() {
    return parts.stream().map(p -> Instruction.Access.reads(p.view(), false)).toList();
  }

  /**
   * Packs panels of some of its columns.
   *
   * @param column the first of them, where panel 0 begins
   * @param count how many columns
   * @param from the first panel that is packed
   * @param to the panel before which it ends
   */
  void pack(Frame frame, int column, int count, int from, int to, float[] packed) {
    Panels.clear(depth, count, from, to, packed);
    for (Part p : parts) {
      View v = p.view();
      Panels.put(
          v.buffer().floats(),
          v.at(frame),
          v.stride(0),
          v.stride(1),
          v.dim(0),
          v.dim(1),
          p.row(),
          p.column() - column,
          depth,
          count,
          from,
          to,
          packed);
    }
  }

  @Override
  public String toString() {
    return parts.size() == 1
        ? parts.get(0).view().toString()
        : parts.size() + " joined as [" + depth + ", " + columns + "]";
  }
}
