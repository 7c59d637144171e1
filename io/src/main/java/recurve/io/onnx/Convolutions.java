package recurve.io.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;

/** Convolution and pooling over one axis, as over text. */
final class Convolutions {
  private static final long WIDEST = 4096; // a kernel wider than that is no kernel

  private Convolutions() {}

  static Map<String, Lowering> all() {
    return Map.of(
        "Conv", Convolutions::conv,
        "MaxPool", Convolutions::maxPool,
        "AveragePool", Convolutions::averagePool);
  }

  /** How a window moves along the axis. */
  private record Window(long width, long stride, long dilation, Dim before, Dim after) {
    static Window of(Call call, long width) {
      if (width < 1 || width > WIDEST) throw new Refusal("a kernel of " + width);
      long stride = only(call, "strides");
      long dilation = only(call, "dilations");
      if (stride < 1 || dilation < 1) throw new Refusal("a stride or dilation below 1");
      List<Long> pads = call.integers("pads").orElse(List.of(0L, 0L));
      if (pads.size() != 2) throw new Refusal("pads of more than one axis");
      Dim before = Dim.of(pads.get(0)), after = Dim.of(pads.get(1));
      String auto = call.text("auto_pad", "NOTSET");
      if (auto.startsWith("SAME")) {
        if (stride != 1) throw new Refusal("auto_pad with a stride");
        long all = (width - 1) * dilation;
        long less = all / 2;
        before = Dim.of(auto.equals("SAME_UPPER") ? less : all - less);
        after = Dim.of(all).minus(before);
      }
      if (call.flag("ceil_mode", false) && stride != 1) throw new Refusal("ceil_mode");
      return new Window(width, stride, dilation, before, after);
    }

    private static long only(Call call, String name) {
      List<Long> all = call.integers(name).orElse(List.of(1L));
      if (all.size() != 1) throw new Refusal(name + " of more than one axis");
      return all.get(0);
    }

    /** What the window sees at each place: one value for each of its elements, [N, C, places]. */
    List<Value> views(Value padded) {
      Dim places = padded.dim(2).plus(-(width - 1) * dilation); // at stride 1
      var views = new ArrayList<Value>();
      for (long k = 0; k < width; k++) {
        Dim from = Dim.of(k * dilation);
        Value view = padded.slice(2, from, from.plus(places));
        views.add(stride == 1 ? view : every(view));
      }
      return views;
    }

    private Value every(Value view) {
      Dim count = Extent.ceilDivide(view.dim(2), stride);
      return Build.take(view, 2, Ops.range(0, DType.I32, Shape.of(count)).times(stride));
    }
  }

  private static Value line(Value x) {
    if (x.rank() != 3) throw new Refusal("over " + (x.rank() - 2) + " axes; one is supported");
    return x; // [N, C, L]
  }

  private static List<Item> conv(Call call) {
    return call.result(convolve(call, call.value(0), call.value(1), call.optional(2)));
  }

  /**
   * The window's views side by side times the kernel: one product for all places.
   *
   * @param given [N, C, L]
   * @param w [M, C / groups, K]
   * @param bias [M]
   */
  static Value convolve(Call call, Value given, Value w, Optional<Value> bias) {
    Value x = line(given);
    if (w.rank() != 3 || !w.shape().isNumeric()) throw new Refusal("its kernel's extents");
    long groups = call.integer("group", 1);
    if (groups < 1 || w.dim(0).number() % groups != 0) throw new Refusal(groups + " groups");
    Fit.same(x.dim(1), w.dim(1).times(Dim.of(groups)));
    Window window = Window.of(call, w.dim(2).number());
    Value padded = Slicing.pad(x, 2, window.before, window.after);
    long channels = w.dim(1).number(), kernels = w.dim(0).number() / groups;
    var results = new ArrayList<Value>();
    for (long g = 0; g < groups; g++) {
      Value part = padded.slice(1, g * channels, (g + 1) * channels);
      Value seen = Ops.concat(1, window.views(part)).t(); // [N, L', K * C]
      Value kernel = w.slice(0, g * kernels, (g + 1) * kernels);
      // [M, C, K] -> [K, C, M] -> [K * C, M]
      Value matrix = kernel.transpose(List.of(2, 1, 0));
      matrix = matrix.reshape(Shape.of(window.width * channels, kernels));
      results.add(seen.matmul(matrix).t());
    }
    Value y = Ops.concat(1, results);
    return bias.map(b -> y.plus(b.reshape(Shape.of(Dim.ONE, w.dim(0), Dim.ONE)))).orElse(y);
  }

  private static Window pool(Call call) {
    List<Long> shape = call.integers("kernel_shape").orElse(List.of());
    if (shape.size() != 1) throw new Refusal("over " + shape.size() + " axes; one is supported");
    return Window.of(call, shape.get(0));
  }

  private static List<Item> maxPool(Call call) {
    if (call.outputs() > 1) throw new Refusal("the indices of its maxima");
    Value x = line(call.value(0));
    Window window = pool(call);
    Value inside = x.like(0).eq(x.like(0)).pad(2, window.before, window.after);
    Value padded = x.pad(2, window.before, window.after);
    boolean pads = !window.before.is(0) || !window.after.is(0);
    Value low = padded.like(Double.NEGATIVE_INFINITY);
    Value safe = pads ? inside.where(padded, low) : padded;
    return call.result(window.views(safe).stream().reduce(Value::max).orElseThrow());
  }

  private static List<Item> averagePool(Call call) {
    Value x = line(call.value(0));
    Window window = pool(call);
    Value sum =
        window.views(x.pad(2, window.before, window.after)).stream()
            .reduce(Value::plus)
            .orElseThrow();
    boolean pads = !window.before.is(0) || !window.after.is(0);
    if (!pads || call.flag("count_include_pad", false)) {
      return call.result(sum.over(window.width));
    }
    Value ones = x.like(1).pad(2, window.before, window.after);
    Value count = window.views(ones).stream().reduce(Value::plus).orElseThrow();
    return call.result(sum.over(count));
  }
}
