package recurve.transform;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import recurve.ir.Graph;
import recurve.ir.Op;
import recurve.ir.Value;

/**
 * The squares of all the slices of a value, added up, are those of the value: {@code Σ ‖Zᵢ‖² =
 * ‖Z‖²}. So for the norm of the gradients those of a cell's gates are one matrix, as it was
 * computed.
 */
final class MergeSquares {
  /** What slices are taken of, and along which axis. */
  private record Whole(Value value, int axis) {}

  /** A term of a sum, the squares of one slice. */
  private record Part(Value term, Op.Slice slice) {}

  private MergeSquares() {}

  static Graph apply(Graph g) {
    var merged = new HashMap<Value, Value>();
    var sums = new Sums(g.outputs());
    for (Value root : sums.roots()) {
      List<Value> terms = sums.terms(root), fewer = merge(terms);
      if (fewer.size() < terms.size()) merged.put(root, Sums.sum(fewer));
    }
    return new Graph(g.inputs(), Rewriter.replace(g.outputs(), merged), g.names());
  }

  private static List<Value> merge(List<Value> terms) {
    var parts = new LinkedHashMap<Whole, List<Part>>();
    for (Value term : terms) {
      Optional<Value> squared = Squares.of(term);
      if (squared.isPresent() && squared.get().op() instanceof Op.Slice s) {
        var whole = new Whole(squared.get().node().input(0), s.axis());
        parts.computeIfAbsent(whole, w -> new ArrayList<>()).add(new Part(term, s));
      }
    }
    var all = new ArrayList<>(terms);
    parts.forEach(
        (whole, own) -> {
          Value z = whole.value();
          List<Op.Slice> slices = own.stream().map(Part::slice).toList();
          if (own.size() < 2 || !Slices.cover(slices, z.dim(whole.axis()))) return;
          all.removeAll(own.stream().map(Part::term).toList());
          all.add(z.square().total());
        });
    // what was put together may be slices in turn
    return all.size() < terms.size() ? merge(all) : all;
  }
}
