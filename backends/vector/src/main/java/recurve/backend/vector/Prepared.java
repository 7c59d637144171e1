package recurve.backend.vector;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import recurve.backend.CompileOptions;
import recurve.backend.Constants;
import recurve.backend.WeightType;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Value;

/**
 * What follows from an executable's constant inputs alone: computed when one was written, and kept
 * for all its programs.
 *
 * <p>Weights that the passes joined, and the forms in which products read them: panels for many
 * rows, and for few rows {@link Streamed}, in as few bytes as the options say.
 */
final class Prepared {
  private final Constants constants;
  private final WeightType type;
  private final Lowering lowering;
  private final Map<Value, View> views = new HashMap<>();
  private final Set<View> weights = new HashSet<>();
  private final Map<String, Buffer> inputs = new LinkedHashMap<>();
  private final Map<View, View> packed = new HashMap<>();
  private final Map<View, View> rounded = new HashMap<>();
  private final Map<View, Streamed> streamed = new HashMap<>();
  private List<Instruction> code = List.of();
  private int done; // instructions whose results stand

  Prepared(
      Graph graph,
      CompileOptions options,
      Supplier<Products> products,
      Kernels kernels,
      Optional<Gemm> gemm) {
    constants = Constants.of(graph, options.constants());
    type = options.weights();
    var context = new Context(Map.of(), products, kernels, options.threads(), gemm);
    lowering = new Lowering(context.lasting());
    for (Value v : graph.inputs()) {
      if (!constants.contains(v)) continue;
      int[] dims = context.dims(v);
      Buffer b = Buffer.kept(v.dtype(), View.size(dims));
      inputs.put(Graph.nameOf(v), b);
      lowering.give(v, View.of(b, dims));
    }
    List<Value> border = border(graph);
    lowering.lower(border);
    for (Value v : border) {
      View view = lowering.view(v);
      views.put(v, view);
      weights.add(view);
    }
  }

  /** The constant values that others are computed from. */
  private List<Value> border(Graph graph) {
    var border = new ArrayList<Value>();
    var seen = new HashSet<Value>();
    for (Node n : graph.nodes()) {
      if (n.outputs().stream().anyMatch(constants::contains)) continue;
      for (Value v : n.inputs()) if (isGiven(v) && seen.add(v)) border.add(v);
    }
    for (Value v : graph.outputs()) if (isGiven(v) && seen.add(v)) border.add(v);
    return border;
  }

  private boolean isGiven(Value v) {
    // numbers and ranges are views of nothing, which any program makes for itself
    boolean leaf = v.op() instanceof Op.Constant || v.op() instanceof Op.Range;
    return constants.contains(v) && !leaf;
  }

  /** Where a constant value lies that a program may need. */
  Map<Value, View> views() {
    return views;
  }

  /** The constant inputs' buffers. */
  Optional<Buffer> input(String name) {
    return Optional.ofNullable(inputs.get(name));
  }

  /** Whether a matrix stays what it is from run to run. */
  boolean isWeight(View matrix) {
    return weights.contains(matrix);
  }

  /** A weight in panels, rounded as weights are. */
  View packed(View weight) {
    return packed.computeIfAbsent(
        weight,
        w -> {
          int size = Panels.size(w.dim(0), w.dim(1));
          View target = View.of(Buffer.kept(w.dtype(), size), new int[] {size});
          lowering.emit(new Pack(Side.of(rounded(w)), target));
          return target;
        });
  }

  /** A weight rounded as weights are. */
  View rounded(View weight) {
    if (type == WeightType.F32) return weight;
    return rounded.computeIfAbsent(
        weight,
        w -> {
          View copy = lowering.copied(w);
          lowering.emit(new Round(type, copy));
          return copy;
        });
  }

  /** What prepares weights for a native library, if one does the large products. */
  Optional<GemmLowering> gemm() {
    return lowering.products().gemm();
  }

  /** A weight as products of few rows read it. */
  Streamed streamed(View weight) {
    return streamed.computeIfAbsent(
        weight,
        w -> {
          Streamed made = Streamed.of(type, w);
          lowering.emit(made.filling());
          return made;
        });
  }

  /** What was done once. */
  List<Instruction> code() {
    return code;
  }

  /** A constant input was written. */
  void invalidate() {
    done = 0;
  }

  /** Computes what does not stand; the inputs have their arrays. */
  void refresh(Workers workers) {
    if (code.size() != lowering.size()) code = lowering.code();
    for (; done < code.size(); done++) {
      Instruction next = code.get(done);
      for (Instruction.Access a : next.accesses()) {
        if (a.writes()) a.view().buffer().placeOnce();
      }
      workers.run(next);
    }
  }
}
