package recurve.io.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.onnx.proto.TensorProto;

/**
 * Symbolic extents as values of the ONNX graph: symbols are read from the shapes of its inputs, and
 * polynomials computed from them.
 */
final class Extents {
  private final Block root;
  private final List<TensorProto> constants;
  private final Map<String, Source> sources = new TreeMap<>();
  private final Map<String, Long> fixed = new HashMap<>();
  private final Map<String, String> symbols = new HashMap<>();
  private final Map<Dim, String> dims = new HashMap<>();
  private final Map<Shape, String> shapes = new HashMap<>();
  private final Map<List<Long>, String> lists = new HashMap<>();
  private final Map<Long, String> scalars = new HashMap<>();

  /**
   * The extents of a graph.
   *
   * @param root where computations go
   * @param constants where constants go
   */
  Extents(Graph graph, Map<String, Tensor> initialisers, Block root, List<TensorProto> constants) {
    this.root = root;
    this.constants = constants;
    for (Value v : graph.inputs()) {
      Tensor given = initialisers.get(Graph.nameOf(v));
      for (int axis = 0; axis < v.rank(); axis++) {
        Dim d = v.dim(axis);
        if (d.isNumber()) continue;
        if (d.symbols().size() != 1) continue;
        String symbol = d.symbols().iterator().next();
        Source source = new Source(v, axis, factor(d, symbol), rest(d));
        boolean linear =
            d.equals(Dim.symbol(symbol).times(Dim.of(source.factor)).plus(source.rest));
        if (!linear || source.factor == 0) continue; // a power
        if (given != null) {
          fixed.put(symbol, (given.dim(axis) - source.rest) / source.factor);
        } else if (!sources.containsKey(symbol) || source.isPlain()) {
          sources.merge(symbol, source, (a, b) -> a.isPlain() ? a : b);
        }
      }
    }
  }

  /** Where a symbol can be read: an axis whose extent is {@code factor * symbol + rest}. */
  private record Source(Value input, int axis, long factor, long rest) {
    boolean isPlain() {
      return factor == 1 && rest == 0;
    }
  }

  private static long factor(Dim d, String symbol) {
    return d.terms().getOrDefault(List.of(symbol), 0L);
  }

  private static long rest(Dim d) {
    return d.terms().getOrDefault(List.of(), 0L);
  }

  /** The extent with the symbols that weights settle replaced. */
  private Dim settle(Dim dim) {
    if (dim.isNumber() || fixed.isEmpty()) return dim;
    Dim sum = Dim.ZERO;
    for (var term : dim.terms().entrySet()) {
      Dim product = Dim.of(term.getValue());
      for (String s : term.getKey()) {
        Long n = fixed.get(s);
        product = product.times(n == null ? Dim.symbol(s) : Dim.of(n));
      }
      sum = sum.plus(product);
    }
    return sum;
  }

  Shape settle(Shape shape) {
    return new Shape(shape.dims().stream().map(this::settle).toList());
  }

  /** The name of a constant list of integers. */
  String list(Long... values) {
    return list(List.of(values));
  }

  /** The name of a constant list of integers. */
  String list(List<Long> values) {
    return lists.computeIfAbsent(
        values,
        v -> {
          String name = root.fresh("ints");
          constants.add(Protos.longs(name, v, false));
          return name;
        });
  }

  /** The name of a constant integer scalar. */
  String scalar(long value) {
    return scalars.computeIfAbsent(
        value,
        v -> {
          String name = root.fresh("int");
          constants.add(Protos.longs(name, List.of(v), true));
          return name;
        });
  }

  /** The name of an extent as a list of one integer. */
  String dim(Dim open) {
    Dim dim = settle(open);
    if (dim.isNumber()) return list(dim.number());
    String known = dims.get(dim);
    if (known != null) return known;
    String sum = "";
    for (var term : dim.terms().entrySet()) {
      String product = term.getValue() == 1 ? "" : list(term.getValue());
      for (String s : term.getKey()) product = combine("Mul", product, symbol(s));
      sum = combine("Add", sum, product.isEmpty() ? list(1L) : product);
    }
    dims.put(dim, sum);
    return sum;
  }

  private String combine(String op, String a, String b) {
    return a.isEmpty() ? b : root.add(op, List.of(a, b));
  }

  private String symbol(String symbol) {
    String known = symbols.get(symbol);
    if (known != null) return known;
    Source source = sources.get(symbol);
    if (source == null) {
      throw new OnnxException(
          "no input has an axis of extent '" + symbol + "', so that no runtime could know it");
    }
    String shape = root.add("Shape", List.of(Graph.nameOf(source.input)));
    List<String> at = List.of(shape, list((long) source.axis));
    String name = root.add("Gather", at, Protos.attribute("axis", 0));
    if (source.rest != 0) name = root.add("Sub", List.of(name, list(source.rest)));
    if (source.factor != 1) name = root.add("Div", List.of(name, list(source.factor)));
    symbols.put(symbol, name);
    return name;
  }

  /** The name of a shape as a list of integers. */
  String shape(Shape open) {
    Shape shape = settle(open);
    if (shape.isNumeric()) return list(Protos.numbers(shape));
    String known = shapes.get(shape);
    if (known != null) return known;
    String name = concat(shape.dims());
    shapes.put(shape, name);
    return name;
  }

  /** The name of the list of some extents. */
  String concat(List<Dim> open) {
    var parts = new ArrayList<String>();
    for (Dim d : open) parts.add(dim(d));
    if (parts.size() == 1) return parts.get(0);
    return root.add("Concat", parts, Protos.attribute("axis", 0));
  }

  /** The shape for a Reshape, where one open extent may be left to the runtime. */
  String target(Shape open) {
    Shape shape = settle(open);
    long symbolic = shape.dims().stream().filter(d -> !d.isNumber()).count();
    // with an extent of zero the runtime could not tell what -1 is
    if (symbolic != 1 || shape.dims().stream().anyMatch(d -> d.is(0))) return shape(shape);
    return list(shape.dims().stream().map(d -> d.isNumber() ? d.number() : -1L).toList());
  }
}
