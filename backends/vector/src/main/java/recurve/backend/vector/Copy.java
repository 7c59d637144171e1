package recurve.backend.vector;

import java.util.List;

/** Copies a view to another of equal extents and element type, whatever their strides. */
final class Copy implements Instruction {
  private final View from;
  private final View to;

  Copy(View from, View to) {
    this.from = from.rank() == 0 ? lifted(from) : from;
    this.to = to.rank() == 0 ? lifted(to) : to;
  }

  private static View lifted(View v) {
    return new View(v.buffer(), v.offset(), new int[] {1}, new int[] {0}, v.loops());
  }

  @Override
  public int extent() {
    return to.dim(0);
  }

  @Override
  public int grain() {
    return Math.max(1, 8192 / Math.max(1, to.size() / Math.max(1, to.dim(0))));
  }

  @Override
  public List<Access> accesses() {
    return List.of(Access.reads(from, true), Access.writes(to, true));
  }

  @Override
  public void run(Frame frame, int first, int last) {
    int f = from.at(frame) + first * from.stride(0), t = to.at(frame) + first * to.stride(0);
    nest(0, last - first, f, t);
  }

  private void nest(int axis, int count, int f, int t) {
    if (from.isContiguousFrom(axis + 1)
        && to.isContiguousFrom(axis + 1)
        && from.buffer().isMemory()) {
      int inner = 1;
      for (int a = axis + 1; a < to.rank(); a++) inner *= to.dim(a);
      if (inner > 1) {
        for (int i = 0; i < count; i++) {
          System.arraycopy(
              from.buffer().array(),
              f + i * from.stride(axis),
              to.buffer().array(),
              t + i * to.stride(axis),
              inner);
        }
        return;
      }
    }
    if (axis == to.rank() - 1) {
      elements(count, f, from.stride(axis), t, to.stride(axis));
    } else if (axis == to.rank() - 2 && from.stride(axis) == 1 && to.stride(-1) == 1 && isFloat()) {
      Transposer.copy(
          from.buffer().floats(),
          f,
          from.stride(-1),
          to.dim(-1),
          count,
          to.buffer().floats(),
          t,
          to.stride(axis));
    } else {
      for (int i = 0; i < count; i++) {
        nest(axis + 1, to.dim(axis + 1), f + i * from.stride(axis), t + i * to.stride(axis));
      }
    }
  }

  private boolean isFloat() {
    return from.buffer().isMemory() && from.dtype() == recurve.ir.DType.F32;
  }

  private void elements(int n, int f, int fs, int t, int ts) {
    Object target = to.buffer().array();
    switch (from.buffer().kind) {
      case CONSTANT -> {
        for (int i = 0; i < n; i++) PlainKernel.set(target, t + i * ts, from.buffer().number);
      }
      case INDEX -> {
        for (int i = 0; i < n; i++) PlainKernel.set(target, t + i * ts, f + i * fs);
      }
      case TEMPORARY, KEPT -> {
        if (from.buffer().array() instanceof float[] x && target instanceof float[] y) {
          for (int i = 0; i < n; i++) y[t + i * ts] = x[f + i * fs];
        } else {
          Object source = from.buffer().array();
          for (int i = 0; i < n; i++)
            PlainKernel.set(target, t + i * ts, PlainKernel.get(source, f + i * fs));
        }
      }
    }
  }

  @Override
  public String toString() {
    return "Copy " + from + " -> " + to;
  }
}
