package recurve.io.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;

/** Text that a file splits itself. */
class TextInputTest {
  private static final Dim T = Dim.symbol("T"), B = Dim.symbol("B");

  private static final TextInput TEXT =
      new TextInput("ids", "lengths", List.of("<unk>", "a", "bé", "c"), "<unk>");

  /** Ids as they come in, -1 past a row's length. */
  private static OnnxExport ids(int opset, boolean another) {
    Value ids = Ops.input("ids", DType.I32, Shape.of(T, B));
    Value lengths = Ops.input("lengths", DType.I32, Shape.of(B));
    Value alive =
        Ops.range(0, DType.I32, ids.shape()).less(lengths.unsqueeze(0).expand(ids.shape()));
    Value y = alive.where(ids, ids.like(-1));
    Value other = Ops.input("other", DType.I32, Shape.of(T, B));
    var inputs = another ? List.of(lengths, ids, other) : List.of(lengths, ids);
    var graph = new Graph(inputs, List.of(another ? y.plus(other) : y), List.of("y"));
    var options = OnnxOptions.defaults().withOpset(opset);
    return OnnxExport.of(graph, Map.of(), Map.of("level", "word"), options);
  }

  @Test
  void wordsBecomeIdsInAnotherRuntime() throws OrtException {
    byte[] file = ids(20, false).reading(TEXT).bytes();
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (var options = new OrtSession.SessionOptions();
        OrtSession session = environment.createSession(file, options);
        OnnxTensor text =
            OnnxTensor.createTensor(environment, new String[] {"a  bé zz c ", "c", " bé a"});
        OrtSession.Result result = session.run(Map.of("text", text))) {
      assertEquals(1, session.getInputNames().size());
      int[][] y = (int[][]) result.get(0).getValue();
      int[][] want = {{1, 3, 2}, {2, -1, 1}, {0, -1, -1}, {3, -1, -1}}; // [T, B]
      assertArrayEquals(want, y);
    }
  }

  @Test
  void whatCannotBe() {
    assertThrows(OnnxException.class, () -> ids(17, false).reading(TEXT)); // has no StringSplit
    assertThrows(OnnxException.class, () -> ids(20, true).reading(TEXT)); // takes more
    var other = new TextInput("words", "lengths", List.of("<unk>"), "<unk>");
    assertThrows(OnnxException.class, () -> ids(20, false).reading(other));
    assertThrows(OnnxException.class, () -> new TextInput("ids", "lengths", List.of("a"), "<unk>"));
  }
}
