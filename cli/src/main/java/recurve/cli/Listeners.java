package recurve.cli;

import java.util.List;
import java.util.function.Supplier;
import recurve.train.Listener;
import recurve.train.Snapshot;

/** Several listeners as one, in order. */
final class Listeners implements Listener {
  private final List<Listener> all;

  Listeners(Listener... all) {
    this.all = List.of(all);
  }

  @Override
  public void begin(long parameters, int batches, int epochs) {
    all.forEach(l -> l.begin(parameters, batches, epochs));
  }

  @Override
  public void step(Step step) {
    all.forEach(l -> l.step(step));
  }

  @Override
  public void epoch(Epoch epoch) {
    all.forEach(l -> l.epoch(epoch));
  }

  @Override
  public void checkpoint(Supplier<Snapshot> snapshot, boolean best) {
    all.forEach(l -> l.checkpoint(snapshot, best));
  }
}
