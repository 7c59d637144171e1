package recurve.tck;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import recurve.io.checkpoint.ModelFolder;
import recurve.train.Listener;
import recurve.train.Snapshot;

/** Checkpoints taken, and sent to the disk and back. */
final class Folders {
  private Folders() {}

  /** What a folder gives back of a snapshot. */
  static Snapshot through(Snapshot snapshot, Path path) {
    try (ModelFolder folder = ModelFolder.create(path)) {
      folder.commit(snapshot);
    }
    return ModelFolder.read(path);
  }

  /** Keeps every checkpoint of a run. */
  static final class Checkpoints implements Listener {
    private final List<Snapshot> all = new ArrayList<>();

    @Override
    public void checkpoint(Supplier<Snapshot> snapshot, boolean best) {
      all.add(snapshot.get());
    }

    List<Snapshot> all() {
      return List.copyOf(all);
    }
  }
}
