package recurve.cli;

import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import recurve.io.FileException;
import recurve.io.FileException.Category;
import recurve.io.checkpoint.ModelFolder;
import recurve.io.text.WordSpace;
import recurve.io.text.WordVectors;
import recurve.ir.Tensor;
import recurve.train.Snapshot;

/** Word vectors of a file, or the tables of embeddings that a model has learnt. */
final class WordTables {
  private static final String EMBEDDING = "embedding.W";

  private final Console console;

  @Inject
  WordTables(Console console) {
    this.console = console;
  }

  /**
   * Reads vectors.
   *
   * @param table which of a model's, where it has several: by default the first
   */
  WordSpace read(Path path, Optional<String> table) {
    if (Files.isDirectory(path)) return ofModel(path, ModelFolder.read(path), table);
    if (table.isPresent()) throw Failure.usage("--table is for a model's folder only");
    WordVectors read = WordVectors.read(path, word -> true);
    int twice = read.duplicates().size();
    if (twice > 0) console.warn(path + ": " + twice + " words stand twice; the first counts");
    return new WordSpace(read.vectors());
  }

  private static WordSpace ofModel(Path path, Snapshot model, Optional<String> table) {
    Map<String, String> tables = tables(model); // vocabulary -> parameter
    if (tables.isEmpty()) {
      throw new FileException(
          Category.BAD_DATA, path, "the model of task " + model.task() + " has no table of words.");
    }
    String name = table.orElse(tables.keySet().iterator().next());
    String parameter = tables.get(name);
    if (parameter == null) {
      throw Failure.usage(
          "no table '" + name + "'; the model has " + String.join(", ", tables.keySet()));
    }
    List<String> words = model.vocabularies().getOrDefault(name, List.of());
    Tensor rows = model.weights().getOrDefault(parameter, Tensor.of(new float[0], 0));
    var vectors = new LinkedHashMap<String, float[]>();
    for (int i = 0; i < words.size(); i++) {
      float[] vector = new float[rows.dim(1)];
      for (int j = 0; j < vector.length; j++) vector[j] = (float) rows.at(i * vector.length + j);
      vectors.put(words.get(i), vector);
    }
    return new WordSpace(vectors);
  }

  /**
   * Each vocabulary with the table of its name; and the first that has as many rows as the main.
   */
  private static Map<String, String> tables(Snapshot model) {
    var tables = new LinkedHashMap<String, String>();
    Tensor main = model.weights().get(EMBEDDING);
    if (main != null) {
      model.vocabularies().entrySet().stream()
          .filter(v -> v.getValue().size() == main.dim(0))
          .findFirst()
          .ifPresent(v -> tables.put(v.getKey(), EMBEDDING));
    }
    model
        .vocabularies()
        .forEach(
            (name, words) -> {
              String own = name + "." + EMBEDDING;
              Tensor table = model.weights().get(own);
              if (table != null && table.dim(0) == words.size()) tables.putIfAbsent(name, own);
            });
    return tables;
  }
}
