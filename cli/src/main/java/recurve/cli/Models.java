package recurve.cli;

import jakarta.inject.Inject;
import java.nio.file.Path;
import recurve.io.FileException;
import recurve.io.FileException.Category;
import recurve.io.checkpoint.ModelFolder;
import recurve.option.OptionException;
import recurve.plugin.PluginException;
import recurve.train.Model;
import recurve.train.Snapshot;
import recurve.train.Trained;
import recurve.train.TrainingException;

/** Reads trained models. */
final class Models {
  private final Installed installed;

  @Inject
  Models(Installed installed) {
    this.installed = installed;
  }

  /** A folder's model and what was read. */
  record Loaded(Snapshot snapshot, Trained trained) {}

  /** Reads the model in a folder, to be run. */
  Loaded load(Path folder) {
    return loaded(folder, ModelFolder.readModel(folder));
  }

  /** The same with where its training stands. */
  Loaded loadWhole(Path folder) {
    return loaded(folder, ModelFolder.read(folder));
  }

  private Loaded loaded(Path folder, Snapshot snapshot) {
    try {
      return new Loaded(snapshot, Trained.of(model(folder, snapshot), snapshot));
    } catch (TrainingException e) {
      throw new FileException(Category.BAD_DATA, folder, OneLine.of(e));
    }
  }

  /**
   * The description that a snapshot holds; cells and task are those installed by the same names.
   */
  Model model(Path folder, Snapshot snapshot) {
    try {
      return Model.of(installed.tasks().get(snapshot.task()), installed.cells()::get)
          .with(snapshot.options());
    } catch (PluginException | OptionException e) {
      throw new FileException(
          Category.BAD_DATA,
          folder,
          "the model cannot be rebuilt: "
              + OneLine.of(e)
              + " If a plugin of its is missing, name its folder with --plugins.");
    }
  }
}
