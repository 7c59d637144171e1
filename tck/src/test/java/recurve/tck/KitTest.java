package recurve.tck;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import recurve.backend.Backend;
import recurve.backend.CompileOptions;
import recurve.backend.Executable;
import recurve.backend.Reference;
import recurve.backend.Support;
import recurve.cell.Cell;
import recurve.cell.Init;
import recurve.cell.Next;
import recurve.cell.Step;
import recurve.ir.DType;
import recurve.ir.Graph;
import recurve.ir.Op;
import recurve.ir.Ops;
import recurve.ir.Tensor;
import recurve.ir.Value;

/** A kit that passes everything is no kit: each mistake here must be found by the test for it. */
class KitTest {
  private static final class OfCell extends CellTck {
    private final Cell cell;

    OfCell(Cell cell) {
      this.cell = cell;
    }

    @Override
    protected Cell cell() {
      return cell;
    }
  }

  /** A cell that computes its next state by some equation. */
  private static OfCell cell(BiFunction<Step, Value, Value> equation) {
    return new OfCell(
        new Cell() {
          @Override
          public String name() {
            return "flawed";
          }

          @Override
          public Next step(Step s) {
            Value next = equation.apply(s, s.state("h"));
            return Next.output(next).with("h", next);
          }
        });
  }

  private static Value plain(Step s, Value h) {
    return Ops.tanh(s.affine("h", s.input(), h));
  }

  private static long failures(Stream<DynamicTest> tests) {
    return tests.filter(KitTest::fails).count();
  }

  private static boolean fails(DynamicTest test) {
    try {
      test.getExecutable().execute();
      return false;
    } catch (AssertionError e) {
      return true;
    } catch (Throwable e) { // a JUnit executable may throw anything; anything else is a surprise
      throw new IllegalStateException(test.getDisplayName(), e);
    }
  }

  // -- cells

  @Test
  void aRightCellPasses() {
    OfCell right = cell(KitTest::plain);
    assertEquals(0, failures(right.gradientIsThatOfFiniteDifferences()));
  }

  @Test
  void aGradientThatIsCutOffIsFound() {
    OfCell cut = cell((s, h) -> plain(s, h).plus(h.stopGradient().times(0.5)));
    assertTrue(failures(cut.gradientIsThatOfFiniteDifferences()) > 0);
  }

  @Test
  void aParameterWithoutInfluenceIsFound() {
    OfCell idle =
        cell((s, h) -> plain(s, h).plus(s.parameter("idle", Init.BIAS).stopGradient().times(0)));
    assertTrue(failures(idle.gradientIsThatOfFiniteDifferences()) > 0);
  }

  @Test
  void rowsThatSeeEachOtherAreFound() {
    OfCell mixed = cell((s, h) -> Ops.tanh(plain(s, h).plus(s.input().sum(0).sum(1))));
    assertTrue(failures(mixed.rowsAreIndependent()) > 0);
  }

  @Test
  void anOverflowIsFound() {
    OfCell overflowing = cell((s, h) -> Ops.log(plain(s, h)));
    assertTrue(failures(overflowing.gradientIsThatOfFiniteDifferences()) > 0);
  }

  @Test
  void aStepThatChangesItsMindIsFound() {
    var calls = new int[1];
    OfCell moody = cell((s, h) -> plain(s, h).times(++calls[0]));
    assertTrue(failures(moody.stepIsAPureFunction()) > 0);
  }

  @Test
  void aCellWithoutMemoryIsFound() {
    OfCell forgetful = cell((s, h) -> Ops.tanh(s.affine("h", s.input())));
    assertThrows(AssertionError.class, forgetful::aToyTaskIsLearnt);
  }

  // -- backends

  private static BackendTck backend(Backend backend) {
    return new BackendTck() {
      @Override
      protected Backend backend() {
        return backend;
      }
    };
  }

  /** The reference with something about it changed. */
  private record Changed(
      Support support,
      Function<Graph, Graph> graph,
      Function<CompileOptions, CompileOptions> options)
      implements Backend {
    @Override
    public String name() {
      return "changed";
    }

    @Override
    public Executable compile(Graph g, CompileOptions o) {
      return new Reference().compile(graph.apply(g), options.apply(o));
    }
  }

  private static final Support HERE = new Support.Available("a flawed copy of the reference");

  @Test
  void aBackendThatRoundsTooMuchIsFound() {
    Function<Graph, Graph> coarse =
        g ->
            new Graph(
                g.inputs(),
                g.outputs().stream().map(y -> y.dtype() == DType.F32 ? y.plus(1e-3) : y).toList(),
                g.names());
    BackendTck kit = backend(new Changed(HERE, coarse, o -> o));
    assertTrue(failures(kit.products()) > 100);
    assertTrue(failures(kit.randomLoops()) > 10);
  }

  @Test
  void aBackendThatRetainsNothingIsFound() {
    var kit = backend(new Changed(HERE, g -> g, o -> CompileOptions.threads(o.threads())));
    assertTrue(failures(kit.retainedOutputs()) > 0);
  }

  @Test
  void aBackendThatReadsThePaddingIsFound() {
    // a loop that forgets its lengths
    Function<Graph, Graph> full =
        g -> {
          var to = new java.util.HashMap<Value, Value>();
          for (var n : g.nodes()) {
            if (!(n.op() instanceof Op.Scan s) || !s.lengths()) continue;
            var args = n.inputs().stream().map(v -> to.getOrDefault(v, v)).toList();
            var op = new Op.Scan(s.body(), s.consts(), s.carries(), s.length(), s.reverse(), false);
            var m = n.with(op, args.subList(0, args.size() - 1));
            for (int i = 0; i < m.outputs().size(); i++) {
              to.put(n.outputs().get(i), m.outputs().get(i));
            }
          }
          return new Graph(g.inputs(), Graph.substitute(g.outputs(), to), g.names());
        };
    BackendTck kit = backend(new Changed(HERE, full, o -> o));
    assertEquals(2, failures(kit.paddingIsNeverRead()));
    assertTrue(failures(kit.randomLoops()) > 0);
  }

  @Test
  void ofAnAbsentBackendOnlyTheReasonIsTested() {
    var absent = new Support.Absent("the library is not installed; install it");
    BackendTck kit = backend(new Changed(absent, g -> g, o -> o));
    assertDoesNotThrow(kit::supportIsASentence);
    assertEquals(0, kit.products().count());
  }

  // -- numbers

  @Test
  void aToleranceAllowsNoNumberThatIsNone() {
    Tensor one = Tensor.of(new float[] {1}, 1);
    for (float wrong : new float[] {Float.NaN, Float.POSITIVE_INFINITY, 1.001f}) {
      Tensor t = Tensor.of(new float[] {wrong}, 1);
      assertThrows(AssertionError.class, () -> Tolerance.FUNCTION.check(one, t, "t"));
      assertThrows(AssertionError.class, () -> Tolerance.FUNCTION.check(t, one, "t"));
    }
    Tensor near = Tensor.of(new float[] {Math.nextUp(1f)}, 1);
    assertDoesNotThrow(() -> Tolerance.FUNCTION.check(one, near, "t"));
    assertThrows(AssertionError.class, () -> Tolerance.EXACT.check(one, near, "t"));
    assertThrows(AssertionError.class, () -> new Tensors(Map.of("a", one)).get("b"));
  }
}
