package recurve.io.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static recurve.ir.DType.BOOL;
import static recurve.ir.DType.F32;
import static recurve.ir.DType.F64;
import static recurve.ir.DType.I32;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;

/** Each operation gives in ONNX Runtime what it gives in the reference interpreter. */
class OpsExportTest {
  private static final Dim T = Dim.symbol("T");
  private static final Dim B = Dim.symbol("B");
  private static final Dim H = Dim.of(3);

  private static Value in(String name, DType dtype, Dim... dims) {
    return Ops.input(name, dtype, Shape.of(dims));
  }

  /** One graph with every operation that inference has, over open extents. */
  static Graph everything(DType dtype) {
    Value a = in("a", dtype, T, B, H),
        b = in("b", dtype, T, B, H),
        w = in("w", dtype, H, Dim.of(4));
    Value ids = in("ids", I32, T, B), i = in("i", I32, T, B), m = in("m", BOOL, T, B, H);
    Value row = in("row", dtype, H);
    var out = new LinkedHashMap<String, Value>();
    Value positive = a.square().plus(0.5);
    out.put("neg", a.neg());
    out.put("neg32", i.neg());
    out.put("exp", Ops.exp(a));
    out.put("log", Ops.log(positive));
    out.put("sqrt", Ops.sqrt(positive));
    out.put("tanh", Ops.tanh(a));
    out.put("sigmoid", Ops.sigmoid(a));
    out.put("stop", a.stopGradient());
    out.put("toInt", a.times(5).cast(I32));
    out.put("toBool", a.max(0).cast(BOOL));
    out.put("toFloat", ids.cast(dtype));
    out.put("fromBool", m.cast(dtype));
    out.put("other", a.cast(dtype == F32 ? F64 : F32));
    out.put("add", a.plus(b));
    out.put("addRow", a.plus(row));
    out.put("addRowFirst", row.plus(a));
    out.put("rows", row.expand(a.shape()).plus(row.expand(a.shape())));
    out.put("fills", Ops.constant(2, dtype, a.shape()).times(Ops.constant(3, dtype, a.shape())));
    out.put("sub", a.oneMinus());
    out.put("mul", a.times(b));
    out.put("div", a.over(positive));
    out.put("div32", i.times(7).over(i.plus(2)));
    out.put("max", a.max(b));
    out.put("max32", i.max(ids));
    out.put("less", a.less(b));
    out.put("less32", i.less(ids));
    out.put("equal", a.eq(a));
    out.put("equal32", i.eq(ids));
    out.put("where", m.where(a, b.like(0)));
    out.put("where32", i.less(ids).where(i, ids));
    out.put("whereBool", m.where(a.less(b), a.less(0)));
    out.put("whereLoose", m.where(row.expand(a.shape()), a.like(-1)));
    out.put("matmul", a.matmul(w));
    out.put("matmulBatch", a.matmul(b.t()));
    out.put("sum0", a.sum(0));
    out.put("sum32", ids.sum(1));
    out.put("total", a.total());
    out.put("mean", a.mean(1));
    out.put("maxOver", a.maxOver(1));
    out.put("maxOver32", ids.maxOver(0));
    out.put("flat", a.reshape(Shape.of(T.times(B), H)));
    out.put("flatter", a.reshape(Shape.of(T.times(B).times(H))));
    out.put("transpose", a.transpose(List.of(2, 0, 1)));
    out.put("expand", row.expand(a.shape()));
    out.put("expandBool", m.slice(2, 0, 1).expand(m.shape()));
    out.put("concat", Ops.concat(1, List.of(a, b, a.like(1))));
    out.put("slice", a.slice(2, 1, 3));
    out.put("sliceOpen", Ops.concat(0, List.of(a, b)).slice(0, T.plus(-1), T.plus(T)));
    out.put("pad", a.pad(2, Dim.of(1), Dim.of(2)));
    out.put("padOpen", a.pad(0, T, Dim.of(1)));
    out.put("pad32", ids.pad(1, Dim.ONE, Dim.ZERO));
    out.put("range", Ops.range(1, dtype, a.shape()));
    out.put("range32", Ops.range(0, I32, a.shape()));
    out.put("gather", w.gather(ids));
    out.put("gatherRow", row.gather(ids));
    out.put("scatter", a.scatter(ids, Dim.of(5)));
    out.put("scatterOpen", a.scatter(ids, T.plus(B).plus(2)));
    out.put("scatter32", i.scatter(ids, Dim.of(5)));
    out.put("constant", Ops.constant(1.5, dtype, Shape.of(B, T)));
    out.put("constantBool", Ops.constant(1, BOOL, Shape.of(B)));
    out.put("scalar", Ops.constant(1.5, dtype, Shape.SCALAR));
    out.put("extent", Ops.extent(dtype, T.times(B)));
    out.put("softmax", Ops.softmax(a, 2));
    out.put("logSoftmax", Ops.logSoftmax(a, -1));
    out.put("crossEntropy", Ops.crossEntropy(a, ids));
    out.put("layerNorm", Ops.layerNorm(a, row, row, 1e-5));
    out.put("inputItself", a);
    out.put("sameAgain", out.get("add"));
    return Graph.of(List.of(a, b, w, ids, i, m, row), out);
  }

  @ParameterizedTest
  @ValueSource(ints = {17, 18, 19, 21, 23})
  void everyOperationAgrees(int opset) {
    Graph graph = everything(F32);
    OnnxExport export =
        OnnxExport.of(graph, Map.of(), Map.of(), OnnxOptions.defaults().withOpset(opset));
    var random = new Random(opset);
    for (long batch : new long[] {1, 7}) {
      for (long time : new long[] {1, 50}) {
        var inputs = Runtimes.random(graph, Map.of("T", time, "B", batch), random);
        Runtimes.compare(graph, Map.of(), export, List.of(inputs));
      }
    }
  }

  @Test
  void everyOperationAgreesInDouble() {
    Graph graph = everything(F64);
    var inputs = Runtimes.random(graph, Map.of("T", 4L, "B", 3L), new Random(1));
    Runtimes.compare(graph, Map.of(), OnnxOptions.defaults(), inputs);
  }

  @Test
  void everyKindOfOperationIsInTheGraphAbove() {
    Set<String> titles = new HashSet<>();
    for (Node n : everything(F32).nodes()) titles.add(n.op().title());
    var missing = new ArrayList<String>();
    for (Class<?> kind : Op.class.getPermittedSubclasses()) {
      if (kind.isEnum()) {
        for (Object op : kind.getEnumConstants()) {
          if (!titles.contains(op.toString())) missing.add(op.toString());
        }
      } else if (!titles.contains(kind.getSimpleName())) {
        missing.add(kind.getSimpleName());
      }
    }
    assertEquals(Set.of("RandomUniform", "Scan"), Set.copyOf(missing), "these have other tests");
  }

  @Test
  void weightsOfOpenExtentSettleThem() {
    Dim v = Dim.symbol("V");
    Value table = in("w", F32, v, H), ids = in("ids", I32, B);
    Value scores = table.gather(ids).matmul(table.t());
    Graph graph = new Graph(List.of(table, ids), List.of(scores.plus(Ops.extent(F32, v))));
    var all = Runtimes.random(graph, Map.of("V", 5L, "B", 4L), new Random(1));
    Runtimes.compare(
        graph, Runtimes.only(all, true), OnnxOptions.defaults(), Runtimes.only(all, false));
  }

  @Test
  void refusesRandomNumbers() {
    Value key = in("key", I32, Dim.of(3));
    Graph graph = new Graph(List.of(key), List.of(Ops.uniform(key, 0, F32, Shape.of(2))));
    var e = refused(graph, Map.of());
    assertTrue(e.getMessage().startsWith("RandomUniform"), e.getMessage());
    assertTrue(e.getMessage().endsWith("export a graph built for evaluation"), e.getMessage());
  }

  @Test
  void refusesWhatNoRuntimeCouldKnow() {
    Value x = in("x", F32, T.times(B));
    var e = refused(new Graph(List.of(x), List.of(x.reshape(Shape.of(T, B)))), Map.of());
    assertEquals(
        "no input has an axis of extent 'T', so that no runtime could know it", e.getMessage());
  }

  @Test
  void refusesOutputsNamedAsInputs() {
    Value h = in("h", F32, B);
    var e = refused(Graph.of(List.of(h), Map.of("h", h.plus(1))), Map.of());
    assertTrue(e.getMessage().startsWith("two values are named 'h'"), e.getMessage());
  }

  @Test
  void refusesAWeightOfAnotherType() {
    Value w = in("w", F32, H);
    Graph graph = new Graph(List.of(w), List.of(w.plus(1)));
    var e = refused(graph, Map.of("w", Tensor.of(new float[2], 2)));
    assertEquals("input 'w' is f32[3] but its weight is F32[2]", e.getMessage());
  }

  @Test
  void refusesOpsetsItDoesNotWrite() {
    assertThrows(OnnxException.class, () -> OnnxOptions.defaults().withOpset(16));
    assertThrows(OnnxException.class, () -> OnnxOptions.defaults().withOpset(24));
  }

  private static OnnxException refused(Graph graph, Map<String, Tensor> weights) {
    return assertThrows(
        OnnxException.class, () -> OnnxExport.of(graph, weights, Map.of(), OnnxOptions.defaults()));
  }
}
