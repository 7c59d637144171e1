package recurve.io.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static recurve.ir.DType.F32;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import recurve.ir.Loop;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;
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

  // -- mutants

  private static final int MUTANTS = 4000;

  private static List<byte[]> sound() {
    var x = Ops.input("x", F32, Shape.of(recurve.ir.Dim.symbol("T"), recurve.ir.Dim.of(4)));
    Value w = Ops.input("w", F32, Shape.of(4, 4));
    Value first = Ops.constant(0, F32, Shape.of(1, 4));
    Loop.Result loop =
        Loop.of(x.dim(0))
            .run(
                List.of(first),
                List.of(x),
                (carry, in) -> {
                  Value h = Ops.tanh(carry.get(0).matmul(w).plus(in.get(0).unsqueeze(0)));
                  return new Loop.Trip(List.of(h), List.of(h));
                });
    var graph = new recurve.ir.Graph(List.of(x, w), List.of(loop.ys().get(0)), List.of("y"));
    Map<String, Tensor> weights = Map.of("w", Tensor.of(new float[16], 4, 4));
    var files = new ArrayList<byte[]>();
    for (OnnxOptions.Form form : List.of(OnnxOptions.Form.AUTO, OnnxOptions.Form.SCAN)) {
      files.add(OnnxExport.of(graph, weights, Map.of("a", "b"), OnnxOptions.of(form)).bytes());
    }
    var model = Models.opset(17).input("x", F32, "batch", "time", 6).ints("two", 2L, 0L, -1L);
    model
        .weight("w", Tensor.of(new float[12 * 6], 1, 12, 6))
        .weight("r", Tensor.of(new float[12 * 3], 1, 12, 3))
        .node("s = Shape x")
        .node("z = ConstantOfShape s")
        .node("f = Reshape z two")
        .node("y h c = LSTM x w r", Protos.attribute("hidden_size", 3))
        .node("q a b = DynamicQuantizeLinear h")
        .node("k = Conv x r", Protos.attribute("pads", List.of(1L, 1L)))
        .output("y", F32, 1)
        .output("q", F32, 1);
    files.add(model.bytes());
    return files;
  }

  private static byte[] mutant(byte[] sound, Random random) {
    byte[] m = sound.clone();
    for (int k = 1 + random.nextInt(3); k > 0; k--) {
      int at = random.nextInt(m.length);
      switch (random.nextInt(6)) {
        case 0 -> m[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> m[at] = (byte) random.nextInt(256);
        case 2 -> m = Arrays.copyOf(m, Math.max(1, at)); // cut short
        case 3 -> m[at] = (byte) 0xFF; // a length, or the sign of a number
        case 4 -> { // a piece twice
          int n = Math.min(random.nextInt(40), m.length - at);
          byte[] longer = new byte[m.length + n];
          System.arraycopy(m, 0, longer, 0, at + n);
          System.arraycopy(m, at, longer, at + n, m.length - at);
          m = longer;
        }
        default -> { // a piece over another
          int n = Math.min(random.nextInt(20), m.length - at);
          System.arraycopy(m, random.nextInt(m.length - n + 1), m, at, n);
        }
      }
    }
    return m;
  }

  /** Any change of a sound file ends in a graph or in an error of ours, soon and in little room. */
  @Test
  void mutantsEndInAGraphOrInAnError() {
    var random = new Random(20);
    List<byte[]> files = sound();
    int graphs = 0, errors = 0;
    for (int i = 0; i < MUTANTS; i++) {
      byte[] m = mutant(files.get(i % files.size()), random);
      long start = System.nanoTime();
      try {
        assertTrue(!read(m).graph().outputs().isEmpty());
        graphs++;
      } catch (OnnxException e) {
        assertTrue(!String.valueOf(e.getMessage()).isBlank());
        errors++;
      } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
        throw new AssertionError("mutant " + i, e);
      }
      long took = (System.nanoTime() - start) / 1_000_000;
      assertTrue(took < 60_000, "mutant " + i + " took " + took + " ms");
    }
    // of both kinds, or the mutations do nothing
    assertTrue(graphs > MUTANTS / 20 && errors > MUTANTS / 10, graphs + " and " + errors);
  }
}
