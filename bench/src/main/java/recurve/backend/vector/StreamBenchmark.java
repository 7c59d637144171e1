package recurve.backend.vector;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import recurve.backend.WeightType;
import recurve.ir.DType;

/** One row past the softmax layer of medium, 650 x 10,000, on one thread: as in generation. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(1)
public class StreamBenchmark {
  private static final int DEPTH = 650, COLUMNS = 10_000;

  /** How weights are kept. */
  @Param({"F32", "BF16", "INT8"})
  public WeightType type = WeightType.F32;

  private final Frame frame = new Frame(0);
  private final View a = View.of(Buffer.kept(DType.F32, DEPTH), new int[] {1, DEPTH});
  private final View c = View.of(Buffer.kept(DType.F32, COLUMNS), new int[] {1, COLUMNS});
  private Instruction product = new Copy(c, c);

  /** Draws the weight, and checks one element of the product against the definition. */
  @Setup
  public void setUp() {
    var random = new Random(1);
    View b = View.of(Buffer.kept(DType.F32, DEPTH * COLUMNS), new int[] {DEPTH, COLUMNS});
    for (View v : new View[] {a, b, c}) v.buffer().placeOnce();
    float[] x = a.buffer().floats(), w = b.buffer().floats();
    for (int i = 0; i < x.length; i++) x[i] = random.nextFloat();
    for (int i = 0; i < w.length; i++) w[i] = random.nextFloat() - 0.5f;
    Streamed streamed = Streamed.of(type, b);
    Instruction filling = streamed.filling();
    filling.run(frame, 0, filling.extent());
    product = new StreamProduct(a, streamed, c);
    run();
    type.round(w, DEPTH, COLUMNS);
    double sum = 0;
    for (int k = 0; k < DEPTH; k++) sum += (double) x[k] * w[(k + 1) * COLUMNS - 1];
    double got = c.buffer().floats()[COLUMNS - 1];
    if (Math.abs(sum - got) > 1e-3) throw new IllegalStateException(sum + " is not " + got);
  }

  /** The product. */
  @Benchmark
  public Object run() {
    product.run(frame, 0, product.extent());
    return c.buffer().array();
  }
}
