package recurve.io.onnx;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import recurve.onnx.proto.GraphProto;
import recurve.onnx.proto.ModelProto;
import recurve.onnx.proto.NodeProto;
import recurve.onnx.proto.OperatorSetIdProto;
import recurve.onnx.proto.TensorProto;
import recurve.onnx.proto.TensorShapeProto;
import recurve.onnx.proto.TypeProto;
import recurve.onnx.proto.ValueInfoProto;

/**
 * Text in place of ids: a file's inputs of ids and lengths give way to one of strings.
 *
 * <pre>
 *   text, string [B] -> StringSplit -> words [B, T], counts [B] -> LabelEncoder -> ids [T, B], lengths [B]
 * </pre>
 *
 * @param ids the input of ids, I32 [T, B]
 * @param lengths the input of how many each row has, I32 [B], if the file has one of that name
 * @param words in the order of their ids
 * @param unknown the word whose id all others have
 */
public record TextInput(String ids, String lengths, List<String> words, String unknown) {
  /** The name of the input of strings. */
  public static final String TEXT = "text";

  /** The first version of ONNX's operators that splits strings. */
  public static final int OPSET = 20;

  private static final String ML = "ai.onnx.ml";
  private static final long ML_OPSET = 2; // LabelEncoder of strings to integers

  public TextInput {
    words = List.copyOf(words);
    if (!words.contains(unknown)) {
      throw new OnnxException(
          "the vocabulary has no '" + unknown + "', which words that it lacks would be read as");
    }
  }

  /** The file with that input. */
  ModelProto before(ModelProto model) {
    long opset = Frame.opsets(model.getOpsetImportList()).getOrDefault("", 1L);
    if (opset < OPSET) {
      throw new OnnxException("opset " + opset + " splits no strings; choose " + OPSET);
    }
    GraphProto graph = model.getGraph();
    var inputs = new LinkedHashMap<String, ValueInfoProto>();
    for (ValueInfoProto in : graph.getInputList()) inputs.put(in.getName(), in);
    var given = new ArrayList<ValueInfoProto>();
    Optional.ofNullable(inputs.remove(ids)).ifPresent(given::add);
    if (given.isEmpty()) {
      throw new OnnxException("the graph has no input '" + ids + "' that text could stand for");
    }
    Optional.ofNullable(inputs.remove(lengths)).ifPresent(given::add);
    if (!inputs.isEmpty()) {
      throw new OnnxException(
          "the graph takes "
              + String.join(", ", inputs.keySet())
              + " beside its words, which no operator of ONNX makes of a text");
    }
    TensorShapeProto.Dimension rows = given.get(0).getType().getTensorType().getShape().getDim(1);
    var text =
        TypeProto.Tensor.newBuilder()
            .setElemType(TensorProto.DataType.STRING.getNumber())
            .setShape(TensorShapeProto.newBuilder().addDim(rows));
    GraphProto.Builder changed =
        graph.toBuilder()
            .clearInput()
            .addInput(
                ValueInfoProto.newBuilder()
                    .setName(TEXT)
                    .setType(TypeProto.newBuilder().setTensorType(text)))
            .addAllValueInfo(given)
            .clearNode()
            .addAllNode(nodes(given.size() > 1))
            .addAllNode(graph.getNodeList());
    return model.toBuilder()
        .setGraph(changed)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(ML).setVersion(ML_OPSET))
        .build();
  }

  private List<NodeProto> nodes(boolean counted) {
    String split = TEXT + "/words", count = TEXT + "/counts", known = TEXT + "/ids";
    String turned = TEXT + "/turned";
    var ids64 = new ArrayList<Long>();
    for (long i = 0; i < words.size(); i++) ids64.add(i);
    var nodes = new ArrayList<NodeProto>();
    // no delimiter: any number of spaces; ONNX Runtime takes no other white space for one
    nodes.add(node("StringSplit", List.of(TEXT), split, count).build());
    nodes.add(
        node("LabelEncoder", List.of(split), known)
            .setDomain(ML)
            .addAttribute(Protos.strings("keys_strings", words))
            .addAttribute(Protos.attribute("values_int64s", ids64))
            .addAttribute(Protos.attribute("default_int64", words.indexOf(unknown)))
            .build());
    nodes.add(
        node("Transpose", List.of(known), turned)
            .addAttribute(Protos.attribute("perm", List.of(1L, 0L)))
            .build());
    long i32 = TensorProto.DataType.INT32.getNumber();
    nodes.add(node("Cast", List.of(turned), ids).addAttribute(Protos.attribute("to", i32)).build());
    if (counted) {
      nodes.add(
          node("Cast", List.of(count), lengths).addAttribute(Protos.attribute("to", i32)).build());
    }
    return nodes;
  }

  private static NodeProto.Builder node(String operator, List<String> inputs, String... outputs) {
    return NodeProto.newBuilder()
        .setOpType(operator)
        .setName("node_" + outputs[0])
        .addAllInput(inputs)
        .addAllOutput(List.of(outputs));
  }
}
