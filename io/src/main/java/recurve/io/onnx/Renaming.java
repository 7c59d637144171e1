package recurve.io.onnx;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import recurve.onnx.proto.AttributeProto;
import recurve.onnx.proto.GraphProto;
import recurve.onnx.proto.NodeProto;
import recurve.onnx.proto.TensorProto;
import recurve.onnx.proto.ValueInfoProto;

/**
 * Numbers the names of a finished graph anew, in the order in which they stand there: what was
 * tried and left out leaves no gap, and a file that is read is written again with the same names.
 */
final class Renaming {
  private final Set<String> taken;
  private final Map<String, String> names = new HashMap<>();
  private final Map<String, Integer> next = new HashMap<>();

  private Renaming(Set<String> kept) {
    this.taken = new HashSet<>(kept);
    for (String name : kept) names.put(name, name);
  }

  /** The graph with all names but those kept numbered anew. */
  static GraphProto of(GraphProto graph, Set<String> kept) {
    return new Renaming(kept).graph(graph, graph.getName());
  }

  private GraphProto graph(GraphProto graph, String name) {
    var result = GraphProto.newBuilder().setName(name);
    for (ValueInfoProto in : graph.getInputList()) result.addInput(info(in));
    for (TensorProto t : graph.getInitializerList()) {
      result.addInitializer(t.toBuilder().setName(now(t.getName())));
    }
    for (NodeProto n : graph.getNodeList()) result.addNode(node(n));
    for (ValueInfoProto out : graph.getOutputList()) result.addOutput(info(out));
    for (ValueInfoProto v : graph.getValueInfoList()) result.addValueInfo(info(v));
    return result.build();
  }

  private ValueInfoProto info(ValueInfoProto info) {
    return info.toBuilder().setName(now(info.getName())).build();
  }

  private NodeProto node(NodeProto node) {
    var result = node.toBuilder().clearInput().clearOutput().clearAttribute();
    for (String in : node.getInputList()) result.addInput(now(in));
    for (AttributeProto a : node.getAttributeList()) {
      boolean body = a.hasG();
      result.addAttribute(body ? a.toBuilder().setG(graph(a.getG(), fresh("body"))).build() : a);
    }
    for (String out : node.getOutputList()) result.addOutput(now(out));
    String first = result.getOutputList().stream().filter(o -> !o.isEmpty()).findFirst().orElse("");
    return result.setName("node_" + first).build();
  }

  private String now(String name) {
    if (name.isEmpty()) return name; // an argument left out
    return names.computeIfAbsent(name, n -> fresh(base(n)));
  }

  /** A name without its number. */
  static String base(String name) {
    int end = name.length();
    while (end > 0 && Character.isDigit(name.charAt(end - 1))) end--;
    boolean numbered = end < name.length() && end > 1 && name.charAt(end - 1) == '_';
    return numbered ? name.substring(0, end - 1) : name;
  }

  private String fresh(String base) {
    while (true) {
      String name = base + "_" + next.merge(base, 1, Integer::sum);
      if (taken.add(name)) return name;
    }
  }
}
