package recurve.io.onnx;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import recurve.ir.Value;
import recurve.onnx.proto.AttributeProto;
import recurve.onnx.proto.NodeProto;
import recurve.onnx.proto.ValueInfoProto;

/** A graph being written: the model's own, or the body of a Scan, which reads names outside it. */
final class Block {
  /** A value that stands outside under another one: an argument that a loop captured. */
  record Alias(Block block, Value value) {}

  private final Names names;
  private final Map<Value, String> known = new HashMap<>();
  private final Map<Value, Alias> aliases = new HashMap<>();
  final List<NodeProto> nodes = new ArrayList<>();
  final List<ValueInfoProto> infos = new ArrayList<>();
  private final Set<String> made = new HashSet<>();

  /** Names that no two values of a model share, bodies included. */
  static final class Names {
    private final Set<String> taken = new HashSet<>();
    private final Map<String, Integer> next = new HashMap<>();

    /** Takes a name as it is. */
    void take(String name) {
      if (!taken.add(name)) {
        throw new OnnxException(
            "two values are named '"
                + name
                + "'; in ONNX inputs and outputs need names of their own");
      }
    }

    /** A new name that begins like this. */
    String fresh(String base) {
      while (true) {
        String name = base + "_" + next.merge(base, 1, Integer::sum);
        if (taken.add(name)) return name;
      }
    }
  }

  Block(Names names) {
    this.names = names;
  }

  Block inner() {
    return new Block(names);
  }

  String fresh(String base) {
    return names.fresh(base);
  }

  void name(Value value, String name) {
    known.put(value, name);
  }

  Optional<String> name(Value value) {
    return Optional.ofNullable(known.get(value));
  }

  void alias(Value inner, Alias outer) {
    aliases.put(inner, outer);
  }

  Optional<Alias> alias(Value value) {
    return Optional.ofNullable(aliases.get(value));
  }

  /** Whether a node of this very block yields the name. */
  boolean makes(String name) {
    return made.contains(name);
  }

  /** Adds a node of one output, whose name it returns. */
  String add(String op, List<String> inputs, AttributeProto... attributes) {
    String output = fresh(op);
    add(op, inputs, List.of(output), attributes);
    return output;
  }

  /** Adds a node. */
  void add(String op, List<String> inputs, List<String> outputs, AttributeProto... attributes) {
    made.addAll(outputs);
    nodes.add(
        NodeProto.newBuilder()
            .setOpType(op)
            .setName("node_" + outputs.stream().filter(o -> !o.isEmpty()).findFirst().orElse(op))
            .addAllInput(inputs)
            .addAllOutput(outputs)
            .addAllAttribute(List.of(attributes))
            .build());
  }

  /**
   * Drops what no output depends on, for example the parts of a softmax that became one operator,
   * or of a weight that became part of a fused loop's.
   *
   * @return the names that are read
   */
  Set<String> prune(Collection<String> outputs) {
    var live = new HashSet<>(outputs);
    for (NodeProto n : nodes.reversed()) if (isLive(n, live)) read(n, live);
    nodes.removeIf(n -> !isLive(n, live));
    infos.removeIf(i -> !live.contains(i.getName()));
    return live;
  }

  /** The names that are read, in the order of reading; the outputs are read last. */
  Set<String> reads(Collection<String> outputs) {
    var read = new LinkedHashSet<String>();
    for (NodeProto n : nodes) read(n, read);
    read.addAll(outputs);
    return read;
  }

  private static boolean isLive(NodeProto n, Set<String> live) {
    return n.getOutputList().stream().anyMatch(live::contains);
  }

  private static void read(NodeProto n, Set<String> live) {
    live.addAll(n.getInputList());
    for (AttributeProto a : n.getAttributeList()) {
      if (!a.hasG()) continue;
      for (NodeProto inner : a.getG().getNodeList()) read(inner, live);
    }
    live.remove(""); // an input left out
  }
}
