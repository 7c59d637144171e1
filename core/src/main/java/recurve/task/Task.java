package recurve.task;

import java.util.List;
import java.util.Map;
import recurve.option.Option;
import recurve.option.Options;
import recurve.plugin.Catalog;
import recurve.plugin.Plugin;

/** A kind of problem over text. A service: a module provides it under a name. */
public interface Task extends Plugin {
  /** Its name, {@code [a-z0-9-]+}; written into checkpoints, so never changed. */
  @Override
  String name();

  /** What a user may set of the model and its data; saved with the model. */
  default List<Option<?>> options() {
    return List.of();
  }

  /**
   * What a user may set of decoding: {@code predict} and {@code generate} read it, none is saved.
   */
  default List<Option<?>> decoding() {
    return List.of();
  }

  /** Those of {@link #decoding} that change a figure: {@code evaluate} takes no others. */
  default List<Option<?>> evaluating() {
    return List.of();
  }

  /**
   * Those of {@link #options} that training sets by the validation text, as {@link Problem#settle}
   * says.
   */
  default List<Option<?>> settled(Options options) {
    return List.of();
  }

  /** The task with what else is installed; one that needs no other plugin is as it was. */
  default Task with(Catalog<Subwords> subwords) {
    return this;
  }

  /**
   * Reads the training text and fixes what is learnt from it before training: vocabularies, labels.
   */
  Problem learn(Options options, Corpus train);

  /** The problem that {@link #learn} made, from its saved vocabularies. */
  Problem restore(Options options, Map<String, List<String>> vocabularies);

  /**
   * The same of a model that keeps more than vocabularies.
   *
   * @param files those of {@link Problem#files}, by name; most tasks have none
   */
  default Problem restore(
      Options options, Map<String, List<String>> vocabularies, Map<String, byte[]> files) {
    return restore(options, vocabularies);
  }
}
