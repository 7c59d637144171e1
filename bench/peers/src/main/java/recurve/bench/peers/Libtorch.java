package recurve.bench.peers;

import static org.bytedeco.pytorch.global.torch.clip_grad_norm_;
import static org.bytedeco.pytorch.global.torch.manual_seed;
import static org.bytedeco.pytorch.global.torch.set_num_threads;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;

/**
 * Tokens a second of libtorch: forward, backward, clipping by global norm, SGD, as {@code recurve
 * bench} does; one batch of random words over and over, states carried.
 *
 * <p>{@code Libtorch CONFIG THREADS SECONDS}, in {@link Turns}.
 */
public final class Libtorch {
  private static final double RATE = 0.1, CLIP = 5;

  private Libtorch() {}

  /** Runs one configuration. */
  public static void main(String[] args) {
    String config = args[0];
    set_num_threads(Integer.parseInt(args[1]));
    manual_seed(1);
    Network network = Network.of(config);
    var optimizer = new SGD(network.parameters(), new SGDOptions(RATE));
    var turns = new Turns(config, Double.parseDouble(args[2]));
    do step(network, optimizer);
    while (turns.step(network.tokens()));
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
