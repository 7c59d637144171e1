package recurve.tck;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import recurve.backend.Backend;
import recurve.backend.Support;
import recurve.backend.UnsupportedGraphException;

/**
 * What a backend must do: whatever the reference does, for every operation, size, binding and
 * number of threads.
 *
 * <p>Of a backend that is absent on this machine only the reason it gives is tested. A random graph
 * is named by its seed, and printed when it fails.
 */
public abstract class BackendTck {

  /** For the class that extends this one. */
  protected BackendTck() {}

  /** The backend to test. */
  protected abstract Backend backend();

  /**
   * Whether the backend may refuse graphs, naming what it cannot run, as one of another runtime
   * does; a refusal then counts as kept.
   */
  protected boolean mayRefuse() {
    return false;
  }

  /**
   * The tests, by the names that they are reported under, that fail since the runtime beneath
   * differs. They have to fail: what is listed for nothing is reported.
   */
  protected Set<String> differences() {
    return Set.of();
  }

  // -- what it says of itself

  /** The name can stand in a command and a file. */
  @Test
  public final void nameIsWellFormed() {
    assertTrue(backend().name().matches("[a-z0-9-]+"), backend().name());
  }

  /** Support is plain to read, and asking is harmless. */
  @Test
  public final void supportIsASentence() {
    String text =
        switch (assertDoesNotThrow(() -> backend().support())) {
          case Support.Available(String detail) -> detail;
          case Support.Absent(String reason) -> reason;
        };
    assertFalse(text.isBlank(), "says nothing");
    assertFalse(text.contains("\n"), "one line: " + text);
  }

  // -- every operation

  /** Neg, Exp, Log, Sqrt, Tanh, Sigmoid, StopGradient. */
  @TestFactory
  public final Stream<DynamicTest> unaryOperations() {
    return check(Operations.unaryOperations());
  }

  /** Add, Sub, Mul, Div, Max, Less, Equal. */
  @TestFactory
  public final Stream<DynamicTest> binaryOperations() {
    return check(Operations.binaryOperations());
  }

  /** Unary operations on infinities, NaN, zeros and the ends of the range. */
  @TestFactory
  public final Stream<DynamicTest> specialNumbers() {
    return check(Operations.specialNumbers());
  }

  /** Cast between all types, and Where. */
  @TestFactory
  public final Stream<DynamicTest> castsAndChoices() {
    return check(Operations.castsAndChoices());
  }

  /** Constant and Range of every type, as outputs and as arguments. */
  @TestFactory
  public final Stream<DynamicTest> leaves() {
    return check(Operations.leaves());
  }

  /** RandomUniform: the same bits, whatever the size, the type and the place in the graph. */
  @TestFactory
  public final Stream<DynamicTest> randomNumbers() {
    return check(Operations.randomNumbers());
  }

  /** MatMul: plain, batched, one matrix for a batch, either or both sides transposed. */
  @TestFactory
  public final Stream<DynamicTest> products() {
    return check(Operations.products());
  }

  /** ReduceSum and ReduceMax along each axis. */
  @TestFactory
  public final Stream<DynamicTest> reductions() {
    return check(Operations.reductions());
  }

  /** Reshape, Transpose, Expand, Concat, Slice, Pad, of every element type. */
  @TestFactory
  public final Stream<DynamicTest> movements() {
    return check(Operations.movements());
  }

  /** Gather and ScatterND, ids repeated. */
  @TestFactory
  public final Stream<DynamicTest> indexing() {
    return check(Operations.indexing());
  }

  /** Functions of several operations that a backend may well run as one. */
  @TestFactory
  public final Stream<DynamicTest> functions() {
    return check(Operations.functions());
  }

  // -- loops, and graphs from a seed

  /** Loops of no steps, of one, with rows of no steps. */
  @TestFactory
  public final Stream<DynamicTest> loopsOfFewSteps() {
    return check(Loops.loopsOfFewSteps());
  }

  /** What a loop passes through untouched: a carry, a constant, a step's input. */
  @TestFactory
  public final Stream<DynamicTest> loopsThatPassThrough() {
    return check(Loops.loopsThatPassThrough());
  }

  /** Elementwise operations, broadcasts and reductions. */
  @TestFactory
  public final Stream<DynamicTest> randomElementwiseGraphs() {
    return check(Loops.randomElementwiseGraphs());
  }

  /** Movements, products and indexing. */
  @TestFactory
  public final Stream<DynamicTest> randomShapeGraphs() {
    return check(Loops.randomShapeGraphs());
  }

  /** Loops in both directions, with lengths or without, nested. */
  @TestFactory
  public final Stream<DynamicTest> randomLoops() {
    return check(Loops.randomLoops());
  }

  // -- executables

  /** Inputs that nothing reads are written like others; outputs may be constants. */
  @TestFactory
  public final Stream<DynamicTest> idleInputsAndConstantOutputs() {
    return check(Executables.idleInputsAndConstantOutputs());
  }

  /** An id outside of its table is an error, not a read of other memory. */
  @TestFactory
  public final Stream<DynamicTest> idsOutsideTheTableAreRefused() {
    return whereAvailable(executables().idsOutsideTheTableAreRefused());
  }

  /** NaN in the padding changes no bit of any output, and what is past a length is zero. */
  @TestFactory
  public final Stream<DynamicTest> paddingIsNeverRead() {
    return whereAvailable(executables().paddingIsNeverRead());
  }

  /** An executable taken from one binding to others and back gives the same bits again. */
  @TestFactory
  public final Stream<DynamicTest> rebindingChangesNothing() {
    return whereAvailable(executables().rebindingChangesNothing());
  }

  /** The number of threads changes no bit; nor does running twice. */
  @TestFactory
  public final Stream<DynamicTest> threadsChangeNoBit() {
    return whereAvailable(executables().threadsChangeNoBit());
  }

  /** Retained outputs are the inputs of the next run, also where they trade places. */
  @TestFactory
  public final Stream<DynamicTest> retainedOutputs() {
    return whereAvailable(executables().retainedOutputs());
  }

  /** Outputs are copies: of inputs, of views, of one value under two names. */
  @TestFactory
  public final Stream<DynamicTest> outputsAreTheirOwn() {
    return whereAvailable(executables().outputsAreTheirOwn());
  }

  /** What a scalar output is read by without allocation. */
  @TestFactory
  public final Stream<DynamicTest> scalars() {
    return whereAvailable(executables().scalars());
  }

  /** Mistakes are exceptions whose message names what was meant; afterwards all goes on. */
  @TestFactory
  public final Stream<DynamicTest> mistakesAreNamed() {
    return whereAvailable(executables().mistakesAreNamed());
  }

  private Executables executables() {
    return new Executables(backend());
  }

  // -- how it is checked

  private Stream<DynamicTest> check(List<Trial> trials) {
    return whereAvailable(
        trials.stream().map(t -> dynamicTest(t.name(), () -> t.check(backend()))).toList());
  }

  private Stream<DynamicTest> whereAvailable(List<DynamicTest> tests) {
    return backend().support().isAvailable() ? tests.stream().map(this::judged) : Stream.of();
  }

  private DynamicTest judged(DynamicTest test) {
    String name = test.getDisplayName();
    if (differences().contains(name)) {
      return dynamicTest(
          name + " differs", () -> assertThrows(Throwable.class, test.getExecutable()));
    }
    if (!mayRefuse()) return test;
    return dynamicTest(
        name,
        () -> {
          try {
            test.getExecutable().execute();
          } catch (UnsupportedGraphException e) {
            String why = String.valueOf(e.getMessage());
            assertTrue(why.contains("backend " + backend().name() + ": "), why);
            assertFalse(why.contains("\n"), why);
          }
        });
  }
}
