package recurve.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import recurve.io.FileException;
import recurve.io.FileException.Category;
import recurve.io.checkpoint.TrainingState;
import recurve.train.Snapshot;

/** A training's snapshot as what a model folder holds, and back. */
final class Snapshots {
  private static final String TASK = "task";
  private static final String OPTIONS = "options";
  private static final String VOCABULARY = "vocab-";

  private Snapshots() {}

  /** What is written. */
  static recurve.io.checkpoint.Snapshot toFiles(Snapshot snapshot) {
    var model = new LinkedHashMap<String, Object>();
    model.put(TASK, snapshot.task());
    model.put("code", Shell.VERSION);
    model.put(OPTIONS, snapshot.options());
    var vocabularies = new LinkedHashMap<String, List<String>>();
    snapshot.vocabularies().forEach((name, v) -> vocabularies.put(VOCABULARY + name, v));
    return new recurve.io.checkpoint.Snapshot(
        model, snapshot.weights(), vocabularies, snapshot.training().map(Snapshots::state));
  }

  private static TrainingState state(Snapshot.State state) {
    Snapshot.Position p = state.position();
    var counters = new LinkedHashMap<String, Object>();
    counters.put("epoch", p.epoch());
    counters.put("batch", p.batch());
    counters.put("step", p.step());
    counters.put("nll", p.nll());
    counters.put("count", p.count());
    counters.put("validation", p.validation());
    counters.put("data", p.data());
    return new TrainingState(state.tensors(), counters);
  }

  /** What was read, from a folder that is named if something is missing. */
  static Snapshot ofFiles(String folder, recurve.io.checkpoint.Snapshot files) {
    var model = new Fields(folder + "/model.yaml", files.model());
    var options = new LinkedHashMap<String, String>();
    Map<?, ?> written = model.get(OPTIONS, Map.class);
    written.forEach((k, v) -> options.put(k.toString(), v.toString()));
    var vocabularies = new LinkedHashMap<String, List<String>>();
    files
        .vocabularies()
        .forEach((name, v) -> vocabularies.put(name.replaceFirst("^" + VOCABULARY, ""), v));
    Optional<Snapshot.State> training =
        files.training().map(t -> state(new Fields(folder + "/training", t.counters()), t));
    return new Snapshot(
        model.get(TASK, String.class), options, vocabularies, files.weights(), training);
  }

  private static Snapshot.State state(Fields counters, TrainingState state) {
    List<?> costs = counters.get("validation", List.class);
    return new Snapshot.State(
        state.tensors(),
        new Snapshot.Position(
            Math.toIntExact(counters.get("epoch", Long.class)),
            Math.toIntExact(counters.get("batch", Long.class)),
            counters.get("step", Long.class),
            counters.get("nll", Number.class).doubleValue(),
            counters.get("count", Number.class).doubleValue(),
            costs.stream().map(c -> ((Number) c).doubleValue()).toList(),
            counters.get("data", String.class)));
  }

  /** Values by name, of a file. */
  private record Fields(String file, Map<String, Object> values) {
    <T> T get(String name, Class<T> type) {
      Object value = values.get(name);
      if (!type.isInstance(value)) {
        throw new FileException(
            Category.BAD_DATA, file, "lacks '" + name + "'; the model is of another version.");
      }
      return type.cast(value);
    }
  }
}
