package recurve.backend.vector;

import java.util.List;
import recurve.backend.WeightType;

/** Rounds a matrix in place as weights are rounded; not cut, since it is done once. */
final class Round implements Instruction {
  private final WeightType type;
  private final View matrix; // all of a buffer, row-major

  Round(WeightType type, View matrix) {
    this.type = type;
    this.matrix = matrix;
  }

  @Override
  public int extent() {
    return 1;
  }

  @Override
  public List<Access> accesses() {
    return List.of(Access.reads(matrix, false), Access.writes(matrix, false));
  }

  @Override
  public void run(Frame frame, int from, int to) {
    type.round(matrix.buffer().floats(), matrix.dim(0), matrix.dim(1));
  }

  @Override
  public String toString() {
    return "Round " + matrix + " to " + type;
  }
}
