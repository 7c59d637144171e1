package recurve.measure;

import java.util.Map;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Value;

/** Counts what a graph's products cost. */
final class Work {
  private Work() {}

  /** Multiply-adds of the matrix products of one run, loops counted step by step. */
  static long multiplyAdds(Graph graph, Map<String, Long> binding) {
    long sum = 0;
    for (Node n : graph.nodes()) {
      if (n.op() instanceof Op.MatMul) {
        sum += size(n.output(), binding) * n.input(0).dim(-1).bind(binding);
      } else if (n.op() instanceof Op.Scan s) {
        sum += s.length().bind(binding) * multiplyAdds(s.body(), binding);
      }
    }
    return sum;
  }

  private static long size(Value v, Map<String, Long> binding) {
    long size = 1;
    for (long d : v.shape().bind(binding)) size *= d;
    return size;
  }
}
