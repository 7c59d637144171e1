package recurve.io.onnx;

import java.util.List;
import java.util.stream.Collectors;

/** A file is sound, but some of its nodes cannot be expressed; names all of them. */
public final class UnsupportedModelException extends OnnxException {
  private static final long serialVersionUID = 1;

  private final transient List<Unsupported> nodes;

  UnsupportedModelException(List<Unsupported> nodes) {
    super(
        nodes.size()
            + (nodes.size() == 1 ? " node is" : " nodes are")
            + " not supported: "
            + nodes.stream().map(Unsupported::toString).collect(Collectors.joining("; ")));
    this.nodes = List.copyOf(nodes);
  }

  /** The nodes, in the order of the file. */
  public List<Unsupported> nodes() {
    return nodes;
  }
}
