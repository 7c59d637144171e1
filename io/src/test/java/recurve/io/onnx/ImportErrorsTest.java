package recurve.io.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static recurve.ir.DType.BOOL;
import static recurve.ir.DType.F32;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.onnx.proto.AttributeProto;
import recurve.onnx.proto.FunctionProto;
import recurve.onnx.proto.ModelProto;
import recurve.onnx.proto.OperatorSetIdProto;
import recurve.onnx.proto.StringStringEntryProto;
import recurve.onnx.proto.TensorProto;

/** Files that cannot be read end in an error that says why, whatever was done to them. */
class ImportErrorsTest {
  private static OnnxImport read(byte[] bytes) {
    return OnnxImport.of(bytes, ImportOptions.defaults());
  }

  private static String refused(byte[] bytes) {
    return String.valueOf(assertThrows(OnnxException.class, () -> read(bytes)).getMessage());
  }

  private static void says(String part, byte[] bytes) {
    String message = refused(bytes);
    assertTrue(message.contains(part), message);
    assertTrue(!message.contains("\n"), message);
  }

  private static Models add() {
    return Models.opset(17).input("x", F32, "n").node("y = Add x x").output("y", F32, "n");
  }

  @Test
  void allThatIsUnsupportedIsNamedAtOnce() {
    var model =
        Models.opset(17)
            .input("x", F32, 3, 4)
            .node("a = TopK x x")
            .node("b = Add a x") // waits for another: nothing to say of it
            .node("c = Sin b") // is not supported itself
            .node("d = com.example:Magic x")
            .output("c", F32, 3, 4)
            .output("d", F32, 3, 4);
    var e = assertThrows(UnsupportedModelException.class, () -> read(model.bytes()));
    List<String> found = e.nodes().stream().map(n -> n.domain() + n.operator()).toList();
    assertEquals(List.of("TopK", "Sin", "com.exampleMagic"), found);
    assertTrue(String.valueOf(e.getMessage()).contains("TopK-17 'a'"), e.getMessage());
  }

  @Test
  void inputsToFixAreNamed() {
    var model =
        Models.opset(17)
            .input("x", F32, 2, 6)
            .longs("shape", 2)
            .node("y = Reshape x shape")
            .output("y", F32, "a", "b");
    var e = assertThrows(UnsupportedModelException.class, () -> read(model.bytes()));
    assertEquals(List.of("shape"), e.nodes().get(0).inputs());
    Tensor shape = Tensor.of(new int[] {3, -1}, 2);
    OnnxImport fixed =
        OnnxImport.fitting(model.bytes(), ImportOptions.defaults(), Map.of("shape", shape));
    assertEquals(Shape.of(3, 4), fixed.graph().outputs().get(0).shape());
  }

  @Test
  void graphsThatAreNone() {
    says("no graph", new byte[0]);
    says("no ONNX model", new byte[] {1, 2, 3});
    says("'z', which nothing before", add().node("w = Add z z").bytes());
    says("defined twice", add().node("y = Mul x x").bytes());
    says("defined twice", add().input("x", F32, 3).bytes());
    says("two weights are named 'w'", add().weight("w", one()).weight("w", one()).bytes());
    says("two outputs", add().output("y", F32, "n").bytes());
    says("opset 28", Models.opset(28).input("x", F32, 1).output("x", F32, 1).bytes());
  }

  private static Tensor one() {
    return Tensor.of(new float[] {1, 2}, 2);
  }

  @Test
  void extentsThatContradictEachOther() {
    var model = Models.opset(17).input("a", F32, 3).input("b", F32, 4);
    says("extents 3 and 4 differ", model.node("y = Add a b").output("y", F32, 3).bytes());
  }

  @Test
  void weightsThatAreNotAllThere() {
    var model = add().model();
    var cut = TensorProto.newBuilder().setName("w").setDataType(1).addDims(1L << 40);
    model.getGraphBuilder().addInitializer(cut);
    says("an extent of 1099511627776", model.build().toByteArray());
    cut.setDims(0, 1 << 30);
    model.getGraphBuilder().setInitializer(0, cut);
    says("holds 0 elements; its extents ask for 1073741824", model.build().toByteArray());
  }

  @Test
  void functionsThatCallThemselves() {
    var loop =
        FunctionProto.newBuilder()
            .setName("f")
            .setDomain("mine")
            .addInput("x")
            .addOutput("y")
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("mine").setVersion(1))
            .addNode(Models.parse("y = mine:f x"));
    var model = Models.opset(17).input("x", F32, 3).node("y = mine:f x").output("y", F32, 3);
    says("calls itself", model.model().addFunctions(loop).build().toByteArray());
  }

  @Test
  void nodesWithoutArguments() {
    says("argument 1 is missing", Models.opset(17).node("y = Concat").output("y", 1).bytes());
  }

  /** Whatever is missing of a node, it is refused and nothing else happens. */
  @Test
  void everyOperatorWithTooFewArgumentsAndNoAttributes() {
    var fell = new ArrayList<String>();
    for (String name : Lowerings.names()) {
      String operator = name.replace('.', ':');
      for (String arguments : List.of("", " x", " x i", " i x", " x x x", " - x", " i i i i")) {
        for (int opset : new int[] {7, 11, 13, 18}) {
          var model = Models.opset(opset).input("x", F32, 2, 3).ints("i", 1L, 0L);
          model.node("y = " + operator + arguments).output("y", 1);
          try {
            assertTrue(!read(model.bytes()).graph().outputs().isEmpty());
          } catch (OnnxException e) {
            assertTrue(!String.valueOf(e.getMessage()).isBlank());
          } catch (RuntimeException e) {
            fell.add(operator + "-" + opset + arguments + ": " + e + " " + e.getStackTrace()[2]);
          }
        }
      }
    }
    assertEquals(List.of(), fell);
  }

  /** A loop needs a result for each value that it carries. */
  @Test
  void slicesOfUnlikeCounts() {
    for (String few : List.of("ends", "axes", "steps")) {
      var model = Models.opset(17).input("x", F32, 4, 5);
      for (String name : List.of("starts", "ends", "axes", "steps")) {
        model.ints(name, name.equals(few) ? new Long[] {1L} : new Long[] {1L, 1L});
      }
      model.node("y = Slice x starts ends axes steps").output("y", F32, 4, 5);
      says("2 starts", model.bytes());
    }
  }

  @Test
  void bodiesThatYieldTooLittle() {
    var scan = Models.opset(17).input("s", F32, 2).input("x", F32, 2).output("x", F32, 2);
    var loop = Models.opset(17).longs("i").input("go", BOOL).input("s", F32, 2);
    for (int opset : new int[] {8, 17}) {
      var model = Models.opset(opset).input("s", F32, 1, 2).input("x", F32, 1, 5, 2);
      String arguments = opset == 8 ? "- s s x" : "s s x";
      AttributeProto xs = Protos.attribute("num_scan_inputs", 1);
      AttributeProto body = Protos.attribute("body", scan.graph());
      says("yields 1 results", model.node("y = Scan " + arguments, body, xs).bytes());
      AttributeProto turn = Protos.attribute("body", loop.graph());
      var none = Models.opset(opset).scalar("n", 3).input("s", F32, 2);
      says("yields 0 results", none.node("y = Loop n - s", turn).bytes());
      var bare = Models.opset(opset).scalar("n", 3);
      says("yields 0 results", bare.node("y = Loop n", turn).bytes());
    }
    var twice = Models.opset(8).input("s", F32, 1, 2).input("x", F32, 1, 5, 2);
    AttributeProto back = Protos.attribute("directions", List.<Long>of());
    AttributeProto xs = Protos.attribute("num_scan_inputs", 1);
    AttributeProto body = Protos.attribute("body", scan.graph());
    says("0 directions", twice.node("y = Scan - s x", body, xs, back).bytes());
  }

  /** Twenty functions, each of which calls the one before ten times: 10^20 nodes. */
  @Test
  void functionsThatMultiply() {
    var model = Models.opset(17).input("x", F32, 3).node("y = mine:f20 x").output("y", F32, 3);
    var proto = model.model();
    for (int i = 0; i <= 20; i++) {
      var f =
          FunctionProto.newBuilder()
              .setName("f" + i)
              .setDomain("mine")
              .addInput("v0")
              .addOutput("v10")
              .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17));
      for (int k = 0; k < 10; k++) {
        String op = i == 0 ? "Neg" : "mine:f" + (i - 1);
        f.addNode(Models.parse("v" + (k + 1) + " = " + op + " v" + k));
      }
      proto.addFunctions(f);
    }
    byte[] bytes = proto.build().toByteArray();
    assertTimeoutPreemptively(Duration.ofMinutes(5), () -> says("nodes to read", bytes));
  }

  // -- weights in other files

  private static byte[] external(String location, String... entries) {
    var tensor =
        TensorProto.newBuilder()
            .setName("w")
            .setDataType(1)
            .addDims(3)
            .setDataLocation(TensorProto.DataLocation.EXTERNAL)
            .addExternalData(entry("location", location));
    for (int i = 0; i < entries.length; i += 2) {
      tensor.addExternalData(entry(entries[i], entries[i + 1]));
    }
    var model = Models.opset(17).input("x", F32, 3).node("y = Add x w").output("y", F32, 3);
    ModelProto.Builder proto = model.model();
    proto.getGraphBuilder().addInitializer(tensor);
    return proto.build().toByteArray();
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  @Test
  void weightsInOtherFilesAreReadFromTheFolderNamedOnly(@TempDir Path folder) throws IOException {
    Path inside = Files.createDirectory(folder.resolve("inside"));
    var bytes = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
    for (float x : new float[] {0, 0, 1, 2, 3, 4, 5, 6}) bytes.putFloat(x);
    Files.write(inside.resolve("weights.bin"), bytes.array());
    Files.write(folder.resolve("secret.bin"), bytes.array());
    Files.createSymbolicLink(inside.resolve("link.bin"), folder.resolve("secret.bin"));
    Files.createLink(inside.resolve("hard.bin"), folder.resolve("secret.bin"));

    ImportOptions options = ImportOptions.defaults().externalIn(inside);
    byte[] sound = external("weights.bin", "offset", "8", "length", "12");
    Tensor w = OnnxImport.of(sound, options).weights().get("w");
    assertEquals(Tensor.of(new float[] {1, 2, 3}, 3), w);
    says("another file", sound); // nobody named a folder

    for (byte[] evil :
        List.of(
            external("../secret.bin"),
            external(folder.resolve("secret.bin").toString()),
            external("link.bin"),
            external("hard.bin"),
            external("."),
            external("no.bin"),
            external("weights.bin", "offset", "24"),
            external("weights.bin", "offset", "-4"),
            external("weights.bin", "offset", "9223372036854775807"),
            external("weights.bin", "length", "8"),
            external("weights.bin", "length", "x"),
            external("weights.bin", "location", "weights.bin"),
            external("weights.bin", "command", "rm"))) {
      assertThrows(OnnxException.class, () -> OnnxImport.of(evil, options));
    }
  }
}
