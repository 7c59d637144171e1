package recurve.io.checkpoint;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import recurve.io.FileException;
import recurve.io.FileException.Category;
import recurve.train.Snapshot;

/** How a snapshot stands in the files of a model folder: their names and fields. */
final class SnapshotFormat {
  private static final String TASK = "task";
  private static final String CODE = "code";
  private static final String OPTIONS = "options";
  private static final String VOCABULARY = "vocab-";
  private static final String EPOCH = "epoch";
  private static final String BATCH = "batch";
  private static final String STEP = "step";
  private static final String NLL = "nll";
  private static final String COUNT = "count";
  private static final String VALIDATION = "validation";
  private static final String DATA = "data";

  private SnapshotFormat() {}

  static Content write(Snapshot snapshot) {
    var model = new LinkedHashMap<String, Object>();
    model.put(TASK, snapshot.task());
    model.put(CODE, version());
    model.put(OPTIONS, snapshot.options());
    var vocabularies = new LinkedHashMap<String, List<String>>();
    snapshot.vocabularies().forEach((name, v) -> vocabularies.put(VOCABULARY + name, v));
    return new Content(
        model,
        snapshot.weights(),
        vocabularies,
        snapshot.files(),
        snapshot.training().map(SnapshotFormat::state));
  }

  private static Content.State state(Snapshot.State state) {
    Snapshot.Position p = state.position();
    var counters = new LinkedHashMap<String, Object>();
    counters.put(EPOCH, p.epoch());
    counters.put(BATCH, p.batch());
    counters.put(STEP, p.step());
    counters.put(NLL, p.nll());
    counters.put(COUNT, p.count());
    counters.put(VALIDATION, p.validation());
    counters.put(DATA, p.data());
    return new Content.State(state.tensors(), counters);
  }

  /** The version of our code, where the module system knows it. */
  private static String version() {
    return Optional.ofNullable(SnapshotFormat.class.getModule().getDescriptor())
        .flatMap(d -> d.rawVersion())
        .orElse("development");
  }

  /**
   * The snapshot in some files.
   *
   * @param folder for messages
   */
  static Snapshot read(Path folder, Content content) {
    var model = new Fields(folder.resolve(ModelReader.MODEL), content.model());
    var options = new LinkedHashMap<String, String>();
    Map<?, ?> written = model.get(OPTIONS, Map.class);
    written.forEach((k, v) -> options.put(k.toString(), v.toString()));
    var vocabularies = new LinkedHashMap<String, List<String>>();
    content
        .vocabularies()
        .forEach((name, v) -> vocabularies.put(name.replaceFirst("^" + VOCABULARY, ""), v));
    Optional<Snapshot.State> training =
        content
            .training()
            .map(t -> state(new Fields(folder.resolve(ModelReader.COUNTERS), t.counters()), t));
    return new Snapshot(
        model.get(TASK, String.class),
        options,
        vocabularies,
        content.files(),
        content.weights(),
        training);
  }

  private static Snapshot.State state(Fields counters, Content.State state) {
    List<?> costs = counters.get(VALIDATION, List.class);
    return new Snapshot.State(
        state.tensors(),
        new Snapshot.Position(
            Math.toIntExact(counters.get(EPOCH, Long.class)),
            Math.toIntExact(counters.get(BATCH, Long.class)),
            counters.get(STEP, Long.class),
            counters.get(NLL, Number.class).doubleValue(),
            counters.get(COUNT, Number.class).doubleValue(),
            costs.stream().map(c -> ((Number) c).doubleValue()).toList(),
            counters.get(DATA, String.class)));
  }

  /** Values by name, of a file. */
  private record Fields(Path file, Map<String, Object> values) {
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
