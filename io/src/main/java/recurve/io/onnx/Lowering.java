package recurve.io.onnx;

import java.util.List;

/** How one operator of ONNX is told in our operations. */
@FunctionalInterface
interface Lowering {
  /**
   * What the node's outputs are, in their order; outputs that nobody names may be left out.
   *
   * @throws Refusal with the reason, if this node cannot be told
   */
  List<Item> lower(Call call);
}
