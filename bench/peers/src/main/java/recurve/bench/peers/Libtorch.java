package recurve.bench.peers;

import static org.bytedeco.pytorch.global.torch.clip_grad_norm_;
import static org.bytedeco.pytorch.global.torch.manual_seed;
import static org.bytedeco.pytorch.global.torch.set_num_threads;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;

/**
 * Tokens a second of libtorch: forward, backward, clipping by global norm, SGD, as {@code recurve
 * bench} does; one batch of random words over and over, states carried.
 *
 * <p>{@code Libtorch CONFIG THREADS WARM_UP SECONDS} prints {@code libtorch CONFIG tokens_per_s
 * median min max} over windows of a second.
 */
public final class Libtorch {
  private static final double RATE = 0.1, CLIP = 5, WINDOW = 1;

  private Libtorch() {}

  /** Runs one configuration. */
  public static void main(String[] args) {
    String config = args[0];
    double warmUp = Double.parseDouble(args[2]), seconds = Double.parseDouble(args[3]);
    set_num_threads(Integer.parseInt(args[1]));
    manual_seed(1);
    Network network = Network.of(config);
    var optimizer = new SGD(network.parameters(), new SGDOptions(RATE));
    List<Double> windows = new ArrayList<>();
    long start = System.nanoTime(), since = start;
    long tokens = 0;
    while (windows.isEmpty() || System.nanoTime() - start < (warmUp + seconds) * 1e9) {
      step(network, optimizer);
      tokens += network.tokens();
      long now = System.nanoTime();
      double window = (now - since) / 1e9;
      if (window < WINDOW) continue;
      if ((since - start) / 1e9 >= warmUp) windows.add(tokens / window);
      since = now;
      tokens = 0;
    }
    double[] sorted = windows.stream().mapToDouble(d -> d).sorted().toArray();
    System.out.printf(
        Locale.ROOT,
        "libtorch %s tokens_per_s %.0f %.0f %.0f%n",
        config,
        sorted[sorted.length / 2],
        sorted[0],
        sorted[sorted.length - 1]);
  }

  private static void step(Network network, SGD optimizer) {
    try (var scope = new PointerScope()) { // frees what the step made
      optimizer.zero_grad();
      Tensor loss = network.loss();
      loss.backward();
      clip_grad_norm_(network.parameters(), CLIP);
      optimizer.step();
      if (!Float.isFinite(loss.item_float())) throw new IllegalStateException("no number");
    }
  }
}
