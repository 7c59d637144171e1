package recurve.io.onnx;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static recurve.ir.DType.F32;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Loop;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.onnx.proto.ModelProto;

/** Thousands of changes of sound files, in a JVM of little memory of its own. */
@Tag("little-memory")
class MutantsTest {
  private static final int MUTANTS = 10_000;

  private static List<byte[]> sound() {
    var x = Ops.input("x", F32, Shape.of(Dim.symbol("T"), Dim.of(4)));
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
    var graph = new Graph(List.of(x, w), List.of(loop.ys().get(0)), List.of("y"));
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
  void changesOfBytes() {
    hold((sound, random) -> mutant(sound, random));
  }

  /** The same of changes that leave the messages well-formed, and so are read further. */
  @Test
  void changesOfNodesAndTensors() {
    hold(
        (sound, random) -> {
          ModelProto.Builder model = OnnxImport.parse(sound).toBuilder();
          for (int k = 1 + random.nextInt(3); k > 0; k--) {
            new StructuralMutants(random).change(model);
          }
          return model.build().toByteArray();
        });
  }

  private static void hold(BiFunction<byte[], Random, byte[]> change) {
    long room = Runtime.getRuntime().maxMemory();
    assertTrue(room <= 256L << 20, "this test is to run under -Xmx256m (io/pom.xml), not " + room);
    var random = new Random(20);
    List<byte[]> files = sound();
    int graphs = 0, errors = 0;
    for (int i = 0; i < MUTANTS; i++) {
      byte[] m = change.apply(files.get(i % files.size()), random);
      long start = System.nanoTime();
      try {
        assertTrue(!OnnxImport.of(m, ImportOptions.defaults()).graph().outputs().isEmpty());
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
