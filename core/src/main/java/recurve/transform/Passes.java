package recurve.transform;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;

/**
 * The passes over a graph. They know loops, products and sums; they know no cell.
 *
 * <pre>
 *   split    [a b] W = a W' + b W"       where one part can leave the loop and the other cannot
 *   hoist    what needs no carry is computed for all steps at once, before the loop
 *   sums     a A + b B = [a b] [A; B]
 *   sink     what only outputs need is computed for all steps at once, after the loop
 *   merge    x A, x B = slices of x [A B]; sums of all slices = slices of one sum; Σ |slice|² = |all|²
 *            A x, B x, Σ x = slices of [A; B; 1] x
 *   share    equal values are one; values, carries and outputs that nothing reads are gone
 *   regions  what runs together, told to the backend: {@link Regions}
 * </pre>
 *
 * <p>Every pass keeps the values of all outputs, up to the rounding of sums in another order, for
 * every binding of the dimensions and whatever the padding past a row's length holds.
 */
public final class Passes {
  private Passes() {}

  /**
   * A loop, as it weighs on the running time.
   *
   * @param name what it is, where it has a name: {@code gradient}
   * @param depth how many loops it stands in
   * @param length how many steps
   * @param products matrix products within a step, those of inner loops left out
   * @param nodes operations within a step
   */
  public record LoopWeight(
      String name, int depth, boolean reverse, Dim length, int products, int nodes) {

    /** Whether it is the gradient of another. */
    public boolean isGradient() {
      return name.equals("gradient");
    }

    @Override
    public String toString() {
      return (isGradient() ? "gradient" : "forward")
          + (reverse ? ", last step first, " : ", ")
          + length
          + " steps: "
          + count(products, "product")
          + " inside, "
          + count(nodes, "node");
    }

    private static String count(int n, String what) {
      return n + " " + what + (n == 1 ? "" : "s");
    }
  }

  /**
   * The graph made fast. Its gradient, if one is wanted, has to be taken before: the passes rely on
   * nothing reading what they find unread.
   */
  public static Graph optimize(Graph g) {
    Graph now = g;
    for (UnaryOperator<Graph> pass : all().values()) now = pass.apply(now);
    return now;
  }

  /** The passes by name, in their order; each keeps values by itself. */
  static Map<String, UnaryOperator<Graph>> all() {
    var passes = new LinkedHashMap<String, UnaryOperator<Graph>>();
    passes.put("share", Share::apply);
    // splitting comes first: what it separates is what hoisting can lift
    passes.put("split", shared(Split::apply));
    passes.put("hoist", shared(Hoist::apply));
    passes.put("sum of products", shared(SumOfProducts::apply));
    passes.put("sink", shared(g -> Tidy.apply(Sink.apply(g))));
    passes.put("merge", shared(MergeProducts::apply));
    passes.put("tidy", shared(g -> Dead.apply(Tidy.apply(g))));
    // twice: over the steps, then over the batch
    passes.put("merge sums over steps", shared(MergeReductions::apply));
    passes.put("merge sums over rows", shared(MergeReductions::apply));
    passes.put("merge factors", shared(MergeFactors::apply));
    passes.put("merge squares", shared(MergeSquares::apply));
    return passes;
  }

  private static UnaryOperator<Graph> shared(UnaryOperator<Graph> pass) {
    return g -> {
      Graph after = pass.apply(g);
      return after.equals(g) ? g : Share.apply(after);
    };
  }

  /** The loops of a graph in the order in which they run, each before those within it. */
  public static List<LoopWeight> loops(Graph g) {
    var loops = new ArrayList<LoopWeight>();
    loops(g, 0, loops);
    return loops;
  }

  private static void loops(Graph g, int depth, List<LoopWeight> into) {
    for (Node n : g.nodes()) {
      if (!(n.op() instanceof Op.Scan s)) continue;
      List<Node> body = s.body().nodes();
      int products = (int) body.stream().filter(m -> m.op() instanceof Op.MatMul).count();
      int nodes = (int) body.stream().filter(m -> !(m.op() instanceof Op.Input)).count();
      into.add(
          new LoopWeight(n.name().orElse(""), depth, s.reverse(), s.length(), products, nodes));
      loops(s.body(), depth + 1, into);
    }
  }

  /** A line for each loop, and one for the products of all, forward and gradient. */
  public static List<String> report(Graph g) {
    var lines = new ArrayList<String>();
    int forward = 0, backward = 0;
    List<LoopWeight> loops = loops(g);
    for (int i = 0; i < loops.size(); i++) {
      LoopWeight w = loops.get(i);
      lines.add("  ".repeat(w.depth()) + "loop " + (i + 1) + " " + w);
      if (w.isGradient()) backward += w.products();
      else forward += w.products();
    }
    lines.add("products inside loops, forward+gradient: " + forward + "+" + backward);
    return lines;
  }
}
