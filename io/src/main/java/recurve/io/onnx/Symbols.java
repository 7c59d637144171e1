package recurve.io.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import recurve.ir.Dim;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.onnx.proto.GraphProto;
import recurve.onnx.proto.TensorProto;
import recurve.onnx.proto.TensorShapeProto;
import recurve.onnx.proto.TypeProto;
import recurve.onnx.proto.ValueInfoProto;

/** The symbolic dimensions of a file: its names as ours, and names where it has none. */
final class Symbols {
  private static final String MADE_UP = "any_";
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z_0-9.]*");
  private static final Pattern FACTOR = Pattern.compile("[A-Za-z_][A-Za-z_0-9.]*|[0-9]{1,9}");

  private final Map<String, Dim> replacements;
  private final Map<String, String> cleaned = new HashMap<>();
  private final Set<String> taken = new HashSet<>();
  private int next;

  /** The symbols, of which some are known to be other extents. */
  Symbols(Map<String, Dim> replacements) {
    this.replacements = replacements;
  }

  static boolean isMadeUp(String symbol) {
    return symbol.startsWith(MADE_UP);
  }

  /** The shape that a file declares for an input. */
  Shape shape(ValueInfoProto info) {
    TypeProto.Tensor type = info.getType().getTensorType();
    if (!type.hasShape()) {
      throw new OnnxException(
          "input '" + info.getName() + "' has no shape; even its number of axes is open");
    }
    var dims = new ArrayList<Dim>();
    for (TensorShapeProto.Dimension d : type.getShape().getDimList()) {
      dims.add(
          switch (d.getValueCase()) {
            case DIM_VALUE -> {
              if (d.getDimValue() == -1) yield unnamed(); // as some write "any"
              if (d.getDimValue() < 0) {
                throw new OnnxException(
                    "input '" + info.getName() + "' has an extent of " + d.getDimValue());
              }
              yield Dim.of(d.getDimValue());
            }
            case DIM_PARAM -> d.getDimParam().isEmpty() ? unnamed() : named(d.getDimParam());
            case VALUE_NOT_SET -> unnamed();
          });
    }
    return new Shape(dims);
  }

  /** What the symbols of a file's inputs are, by some values for them. */
  static Map<String, Dim> of(GraphProto graph, Map<String, Tensor> values) {
    var symbols = new Symbols(Map.of());
    var extents = new HashMap<String, Dim>();
    Set<String> weights =
        graph.getInitializerList().stream().map(TensorProto::getName).collect(Collectors.toSet());
    for (ValueInfoProto in : graph.getInputList()) {
      boolean shaped = in.getType().getTensorType().hasShape();
      if (weights.contains(in.getName()) || !shaped) continue;
      Shape shape = symbols.shape(in);
      Tensor value = values.get(in.getName());
      if (value == null) continue;
      for (int i = 0; i < Math.min(shape.rank(), value.rank()); i++) {
        for (String symbol : shape.dim(i).symbols()) {
          if (shape.dim(i).equals(Dim.symbol(symbol))) extents.put(symbol, Dim.of(value.dim(i)));
        }
      }
    }
    return extents;
  }

  /** The extent of an axis that the file says nothing of. */
  Dim unnamed() {
    return settled(Dim.symbol(MADE_UP + ++next));
  }

  /** The extent that the file names so: a symbol, or a polynomial as we write them. */
  Dim named(String text) {
    if (text.length() <= 200 && NAME.matcher(text).matches()) return settled(Dim.symbol(text));
    Dim polynomial = polynomial(text);
    if (!polynomial.is(0)) return settled(polynomial);
    String name = cleaned.get(text);
    if (name == null) {
      String letters = text.replaceAll("[^A-Za-z_0-9.]", "_");
      if (letters.length() > 60) letters = letters.substring(0, 60);
      name = letters.matches("[A-Za-z_].*") ? letters : "d" + letters;
      while (!taken.add(name)) name += "_";
      cleaned.put(text, name);
    }
    return settled(Dim.symbol(name));
  }

  private Dim settled(Dim dim) {
    Dim now = dim;
    // a replacement may name symbols that others replace
    for (int i = 0; i <= replacements.size(); i++) {
      Dim then = Fit.replace(now, replacements);
      if (then.equals(now)) return now;
      now = then;
    }
    throw new Refusal("extent " + dim + " is defined by itself");
  }

  /** {@code 2*T+S-1} as an extent; zero if the text is none. */
  private static Dim polynomial(String text) {
    Dim sum = Dim.ZERO;
    if (text.length() > 200) return Dim.ZERO;
    for (String term : text.split("(?=[+-])")) {
      String unsigned = term.replaceFirst("^[+-]", "");
      Dim product = Dim.of(term.startsWith("-") ? -1 : 1);
      for (String factor : unsigned.split("\\*", -1)) {
        if (!FACTOR.matcher(factor).matches()) return Dim.ZERO;
        boolean number = Character.isDigit(factor.charAt(0));
        product = product.times(number ? Dim.of(Long.parseLong(factor)) : Dim.symbol(factor));
      }
      sum = sum.plus(product);
    }
    return sum;
  }
}
