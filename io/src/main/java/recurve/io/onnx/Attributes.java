package recurve.io.onnx;

import java.util.Map;
import recurve.onnx.proto.AttributeProto;
import recurve.onnx.proto.GraphProto;
import recurve.onnx.proto.NodeProto;

/** The attributes of nodes within a function, which may stand for those of the calling node. */
final class Attributes {
  private Attributes() {}

  /** The node with references to the function's attributes replaced, in its bodies too. */
  static NodeProto resolve(NodeProto node, Map<String, AttributeProto> given) {
    var resolved = node.toBuilder().clearAttribute();
    for (AttributeProto a : node.getAttributeList()) {
      if (!a.getRefAttrName().isEmpty()) {
        AttributeProto value = given.get(a.getRefAttrName());
        if (value != null) resolved.addAttribute(value.toBuilder().setName(a.getName()));
      } else if (a.hasG()) {
        resolved.addAttribute(a.toBuilder().setG(resolve(a.getG(), given)));
      } else {
        resolved.addAttribute(a);
      }
    }
    return resolved.build();
  }

  private static GraphProto resolve(GraphProto graph, Map<String, AttributeProto> given) {
    var resolved = graph.toBuilder().clearNode();
    for (NodeProto n : graph.getNodeList()) resolved.addNode(resolve(n, given));
    return resolved.build();
  }
}
