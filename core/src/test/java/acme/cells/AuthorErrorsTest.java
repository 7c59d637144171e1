package acme.cells;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import recurve.cell.Cell;
import recurve.cell.Init;
import recurve.cell.Next;
import recurve.cell.Rnn;
import recurve.cell.Scope;
import recurve.cell.Sequence;
import recurve.cell.Step;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;

/** What a cell's author is told when the equations do not fit. */
class AuthorErrorsTest {
  private interface Equations {
    Next step(Step s);
  }

  private static Sequence run(Equations equations) {
    Cell cell =
        new Cell() {
          @Override
          public String name() {
            return "mgu";
          }

          @Override
          public Next step(Step s) {
            return equations.step(s);
          }
        };
    Scope scope = Scope.root(Scope.Mode.EVALUATE, Scope.Carry.FRESH, DType.F32);
    Shape shape = Shape.of(Dim.symbol("T"), Dim.symbol("B"), Dim.of(5));
    return Rnn.of(cell, 4).apply(scope, Sequence.full(Ops.input("x", DType.F32, shape)));
  }

  private static String refusal(Equations equations) {
    return assertThrows(IllegalArgumentException.class, () -> run(equations)).getMessage();
  }

  @Test
  void aGoodCellMakesUnitsAtEachStep() {
    Sequence y =
        run(
            s -> {
              Value h = s.affine("h", s.input(), s.state("h"));
              return Next.output(h).with("h", h);
            });
    assertEquals("[T, B, 4]", y.values().shape().toString());
  }

  @Test
  void aStateThatIsNotReturnedIsNamed() {
    String message = refusal(s -> Next.output(s.affine("h", s.input(), s.state("h"))));
    assertTrue(message.startsWith("cell 'mgu' reads the states [h] but returns []"), message);
    assertTrue(message.contains("AuthorErrorsTest.java:"), message);
  }

  @Test
  void aStateOfAnotherWidthIsNamedWithBothShapesAndTheLine() {
    String message =
        refusal(
            s -> {
              Value wide = Ops.concat(1, java.util.List.of(s.input(), s.state("h")));
              return Next.output(wide).with("h", wide);
            });
    assertTrue(
        message.startsWith("cell 'mgu', state 'h': step returns [B, 9] but the state is [B, 4]"),
        message);
    assertTrue(message.contains("AuthorErrorsTest.java:"), message);
  }

  @Test
  void aProductThatDoesNotFitNamesItsLine() {
    String message =
        refusal(
            s -> {
              Value h = s.state("h");
              Value y = s.input().matmul(s.parameter("W", Init.WEIGHT, Shape.of(3, 4)));
              return Next.output(y).with("h", h);
            });
    assertTrue(message.startsWith("MatMul(f32[B, 5], f32[3, 4]): inner extents differ"), message);
    assertTrue(message.contains("AuthorErrorsTest.java:"), message);
  }

  @Test
  void noiseOutsideTrainingIsRefused() {
    String message =
        refusal(
            s -> {
              Value h = s.affine("h", s.input(), s.state("h")).times(s.noisePerStep(4));
              return Next.output(h).with("h", h);
            });
    assertTrue(message.contains("draws noise outside training"), message);
  }
}
