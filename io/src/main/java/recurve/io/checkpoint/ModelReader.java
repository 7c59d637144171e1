package recurve.io.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import recurve.io.FileException;
import recurve.io.FileException.Category;
import recurve.ir.Tensor;

/** Reads checkpoints, trusting no byte of them. */
final class ModelReader {
  static final String MODEL = "model.yaml";
  static final String WEIGHTS = "weights.safetensors";
  static final String STATE = "training/state.safetensors";
  static final String COUNTERS = "training/counters.yaml";
  static final String COMMIT = ".commit";
  private static final int ATTEMPTS = 100; // a training commits at most every few milliseconds
  private static final String RESTORE = " Restore it from a copy, or train again.";

  private final Path folder;
  private final boolean committing; // the list was found in .commit/
  private final Manifest manifest;

  private ModelReader(Path folder, boolean committing, Manifest manifest) {
    this.folder = folder;
    this.committing = committing;
    this.manifest = manifest;
  }

  /** A checkpoint and its list. */
  record Checkpoint(Manifest manifest, Content content) {}

  static Content read(Path folder, boolean training) {
    if (!Files.isDirectory(folder)) {
      String what = Files.exists(folder) ? "is a file" : "there is no such folder";
      throw new FileException(
          Category.NO_INPUT, folder, what + "; expected a model folder. Check the name.");
    }
    return checkpoint(folder, training)
        .map(Checkpoint::content)
        .orElseThrow(
            () ->
                new FileException(
                    Category.NO_INPUT,
                    folder,
                    "holds no model: there is no " + Manifest.NAME + ". Check the name."));
  }

  /** The last checkpoint; empty if none was ever committed. */
  static Optional<Checkpoint> checkpoint(Path folder) {
    return checkpoint(folder, true);
  }

  private static Optional<Checkpoint> checkpoint(Path folder, boolean training) {
    for (int attempt = 1; ; attempt++) {
      Optional<ModelReader> reader = locate(folder);
      if (reader.isEmpty()) return Optional.empty();
      try {
        return Optional.of(new Checkpoint(reader.get().manifest, reader.get().content(training)));
      } catch (FileException e) {
        // files of a later checkpoint under this list are no damage: a training went on meanwhile
        Optional<Manifest> now = locate(folder).map(r -> r.manifest);
        if (attempt == ATTEMPTS || now.equals(reader.map(r -> r.manifest))) throw e;
      }
    }
  }

  private static Optional<ModelReader> locate(Path folder) {
    // a commit moves the list from .commit/ to its place and never back: so look there last
    return list(folder.resolve(COMMIT))
        .map(manifest -> new ModelReader(folder, true, manifest))
        .or(() -> list(folder).map(manifest -> new ModelReader(folder, false, manifest)));
  }

  static Optional<Manifest> list(Path folder) {
    Path file = folder.resolve(Manifest.NAME);
    try (var in = FileChannel.open(file, StandardOpenOption.READ)) {
      return Optional.of(Manifest.read(bytes(in, Manifest.LIMIT)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (FormatException e) {
      throw damaged(file, e.getMessage() + ".");
    } catch (IOException e) {
      throw FileException.reading(file.toString(), e);
    }
  }

  private Content content(boolean withTraining) {
    Map<String, Object> model = read(MODEL, in -> Documents.read(bytes(in, 1 << 24)));
    Map<String, Tensor> weights = read(WEIGHTS, in -> Safetensors.read(in).tensors());
    var vocabularies = new LinkedHashMap<String, List<String>>();
    for (String name : manifest.files().keySet()) {
      if (!name.startsWith("vocab")) continue;
      String key = name.substring(0, name.length() - ".txt".length());
      vocabularies.put(key, read(name, in -> Vocabularies.read(bytes(in, Integer.MAX_VALUE - 8))));
    }
    var files = new LinkedHashMap<String, byte[]>();
    for (String name : manifest.files().keySet()) {
      if (!name.matches(Content.FILE)) continue;
      files.put(name, read(name, in -> bytes(in, Integer.MAX_VALUE - 8)));
    }
    Optional<Content.State> training = Optional.empty();
    if (withTraining && manifest.files().containsKey(STATE)) {
      training =
          Optional.of(
              new Content.State(
                  read(STATE, in -> Safetensors.read(in).tensors()),
                  read(COUNTERS, in -> Documents.read(bytes(in, 1 << 24)))));
    }
    return new Content(model, weights, vocabularies, files, training);
  }

  @FunctionalInterface
  private interface Parser<T> {
    T parse(FileChannel in) throws IOException, FormatException;
  }

  private <T> T read(String name, Parser<T> parser) {
    Path file = folder.resolve(name);
    try (FileChannel in = open(name)) {
      if (!hash(in).equals(manifest.files().get(name))) {
        throw damaged(file, "does not match its checksum; it was changed or cut after writing.");
      }
      return parser.parse(in.position(0));
    } catch (FormatException e) {
      throw damaged(file, e.getMessage() + ".");
    } catch (NoSuchFileException e) {
      throw damaged(file, "is missing; the model is not complete.");
    } catch (IOException e) {
      throw FileException.reading(file.toString(), e);
    }
  }

  private static FileException damaged(Path file, String what) {
    return new FileException(Category.BAD_DATA, file, what + RESTORE);
  }

  private FileChannel open(String name) throws IOException {
    if (committing) {
      try {
        return FileChannel.open(folder.resolve(COMMIT).resolve(name), StandardOpenOption.READ);
      } catch (NoSuchFileException e) {
        // unchanged since the checkpoint before, or moved already: in its place
        return FileChannel.open(folder.resolve(name), StandardOpenOption.READ);
      }
    }
    return FileChannel.open(folder.resolve(name), StandardOpenOption.READ);
  }

  private static String hash(FileChannel in) throws IOException {
    MessageDigest digest = Manifest.sha256();
    var chunk = ByteBuffer.allocate(1 << 16);
    while (in.read(chunk.clear()) >= 0) digest.update(chunk.flip());
    return Manifest.hex(digest.digest());
  }

  private static byte[] bytes(FileChannel in, int limit) throws IOException, FormatException {
    long size = in.size();
    if (size > limit) throw new FormatException("has " + size + " bytes; expected far fewer");
    var bytes = ByteBuffer.allocate((int) size);
    while (bytes.hasRemaining()) {
      if (in.read(bytes) < 0) throw new FormatException("ends too early");
    }
    return bytes.array();
  }
}
