package recurve.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import recurve.io.checkpoint.ModelFolder;
import recurve.task.Report;
import recurve.train.Listener;
import recurve.train.Snapshot;

/** Keeps a training: a line for each report, and the checkpoints. */
final class Journal implements Listener {
  private final ModelFolder folder;
  private final Consumer<String> lines;
  private final LongSupplier nanos;
  private boolean begun;
  private boolean committed;
  private Pace pass = Pace.since(0);

  /**
   * Keeps a training in a folder.
   *
   * @param lines hears each line of the log as well
   */
  Journal(ModelFolder folder, Consumer<String> lines, LongSupplier nanos) {
    this.folder = folder;
    this.lines = lines;
    this.nanos = nanos;
  }

  /** Whether there was anything left to train. */
  boolean hasBegun() {
    return begun;
  }

  /** Whether a checkpoint was written. */
  boolean hasCommitted() {
    return committed;
  }

  @Override
  public void begin(long parameters, int batches, int epochs) {
    begun = true;
    pass = Pace.since(nanos.getAsLong());
  }

  @Override
  public void step(Step step) {
    pass.add(step, nanos.getAsLong());
  }

  @Override
  public void epoch(Epoch epoch) {
    long now = nanos.getAsLong();
    var line = new LinkedHashMap<String, Object>();
    line.put("epoch", epoch.epoch() + 1);
    line.put("epochs", epoch.epochs());
    line.put("loss", epoch.mean());
    line.put("rate", epoch.rate());
    line.put("tokens_per_second", Math.round(pass.tokensPerSecond(now)));
    line.put("seconds", Math.round(pass.seconds(now) * 10) / 10.0);
    epoch.validation().ifPresent(r -> line.put("validation", Json.figures(r)));
    line.put("best", epoch.best());
    write(line);
    pass = Pace.since(now);
  }

  /** The report on the test text, after the last pass. */
  void test(String task, Report report) {
    var line = new LinkedHashMap<String, Object>();
    line.put("task", task);
    line.put("test", Json.figures(report));
    write(line);
  }

  private void write(Map<String, ?> line) {
    String json = Json.line(line);
    folder.log(json);
    lines.accept(json);
  }

  @Override
  public void checkpoint(Supplier<Snapshot> snapshot, boolean best) {
    folder.commit(snapshot.get());
    committed = true;
  }
}
