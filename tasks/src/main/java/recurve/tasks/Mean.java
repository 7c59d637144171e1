package recurve.tasks;

import recurve.ir.Value;
import recurve.option.Option;

/** What the loss is a mean over; it decides what a learning rate means. */
public enum Mean {
  /** Symbols (PyTorch's examples). */
  TOKEN,
  /** Sequences: summed over time (Zaremba et al. 2014). */
  SEQUENCE,
  /** Nothing: the sum. */
  NONE;

  public static final Option<Mean> LOSS = Option.of("loss", TOKEN, "what the loss is a mean over");

  /** The mean of a sum over so many symbols in so many sequences. */
  public Value of(Value sum, Value symbols, Value sequences) {
    return switch (this) {
      case TOKEN -> sum.over(symbols);
      case SEQUENCE -> sum.over(sequences);
      case NONE -> sum;
    };
  }
}
