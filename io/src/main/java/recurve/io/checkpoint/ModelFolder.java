package recurve.io.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import recurve.io.FileException;
import recurve.io.FileException.Category;
import recurve.train.Snapshot;

/**
 * A trained model on disk, held open for a training that writes into it.
 *
 * <p>The folder holds {@code model.yaml}, {@code weights.safetensors}, {@code vocab*.txt}, {@code
 * *.onnx}, {@code log.jsonl}, {@code training/} and the list of checksums. A commit replaces all of
 * them at once:
 *
 * <ol>
 *   <li>the files that changed are written to {@code .next/} and forced to the disk, with the new
 *       list of checksums;
 *   <li>{@code .next} is renamed to {@code .commit}: from this instant the new checkpoint counts;
 *   <li>the files move from {@code .commit/} to their places, the list of checksums last.
 * </ol>
 *
 * <p>Whoever finds a {@code .commit/} with a list in it reads a file there first, and in its place
 * otherwise; the next training finishes the moves. So a process killed at any instant leaves the
 * old checkpoint or the new one, whole. A lock keeps a second training out; readers need none.
 */
public final class ModelFolder implements AutoCloseable {
  private static final String LOCK = ".lock";
  private static final String NEXT = ".next";
  private static final String TRAINING = "training";

  private final Path path;
  private final Disk disk;
  private final FileChannel lock;
  private final boolean ours; // created by us: without a commit it goes again
  private final Log log;
  private Optional<Manifest> manifest;
  private Optional<Content> resumed;

  private ModelFolder(Path path, Disk disk, FileChannel lock, boolean ours) throws IOException {
    this.path = path;
    this.disk = disk;
    this.lock = lock;
    this.ours = ours;
    finishCommit();
    Optional<ModelReader.Checkpoint> found = ModelReader.checkpoint(path);
    this.manifest = found.map(ModelReader.Checkpoint::manifest);
    this.resumed = found.map(ModelReader.Checkpoint::content);
    this.log = manifest.isPresent() ? Log.resume(path, manifest.get()) : Log.begin(path);
  }

  /**
   * Makes a folder for a new model.
   *
   * @throws FileException if something is there already
   */
  public static ModelFolder create(Path path) {
    return create(path, Disk.real());
  }

  static ModelFolder create(Path path, Disk disk) {
    if (Files.exists(path) && !isEmptyFolder(path)) {
      String what = "exists already. Name another folder, or resume the training in it.";
      throw new FileException(Category.CANNOT_CREATE, path, what);
    }
    return open(path, disk);
  }

  /**
   * Opens a folder to go on from its checkpoint; where none was committed yet, or no folder is
   * there, training begins anew.
   *
   * @throws FileException if the checkpoint is damaged, the folder is locked or is no model folder
   */
  public static ModelFolder resume(Path path) {
    return resume(path, Disk.real());
  }

  static ModelFolder resume(Path path, Disk disk) {
    if (Files.exists(path) && !holdsOnlyOurs(path)) {
      String what = "holds other files and no model; expected a model folder. Name another.";
      throw new FileException(Category.CANNOT_CREATE, path, what);
    }
    return open(path, disk);
  }

  /**
   * Reads the last checkpoint of a folder, also while a training writes there.
   *
   * @throws FileException naming the file that is missing, damaged or of another version
   */
  public static Snapshot read(Path path) {
    return SnapshotFormat.read(path, content(path));
  }

  /**
   * The same without what only training needs, which is not looked at: for whoever runs the model.
   *
   * @throws FileException naming the file that is missing, damaged or of another version
   */
  public static Snapshot readModel(Path path) {
    return SnapshotFormat.read(path, ModelReader.read(path, false));
  }

  static Content content(Path path) {
    return ModelReader.read(path, true);
  }

  private static ModelFolder open(Path path, Disk disk) {
    try {
      boolean ours = !Files.exists(path);
      Files.createDirectories(path);
      FileChannel lock = lock(path);
      try {
        return new ModelFolder(path, disk, lock, ours);
      } catch (IOException | FileException e) {
        lock.close();
        throw e;
      }
    } catch (IOException e) {
      throw FileException.writing(path.toString(), e);
    }
  }

  private static FileChannel lock(Path path) throws IOException {
    FileChannel channel =
        FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean locked;
    try {
      locked = channel.tryLock() != null;
    } catch (OverlappingFileLockException e) { // another training of this process
      locked = false;
    }
    if (locked) return channel;
    channel.close();
    throw new FileException(
        Category.LOCKED, path, "another training writes there now. Wait for it, or stop it.");
  }

  private static boolean isEmptyFolder(Path path) {
    return Files.isDirectory(path) && names(path).isEmpty();
  }

  private static boolean holdsOnlyOurs(Path path) {
    if (!Files.isDirectory(path)) return false;
    Set<String> names = names(path);
    return names.contains(Manifest.NAME)
        || names.contains(ModelReader.COMMIT)
        || Set.of(LOCK, NEXT, Log.NAME).containsAll(names);
  }

  private static Set<String> names(Path path) {
    try (Stream<Path> entries = Files.list(path)) {
      return entries.map(p -> p.getFileName().toString()).collect(Collectors.toSet());
    } catch (IOException e) {
      throw FileException.reading(path.toString(), e);
    }
  }

  /** Where the folder is. */
  public Path path() {
    return path;
  }

  /** The checkpoint that the folder held when it was opened. */
  public Optional<Snapshot> resumed() {
    return resumed.map(content -> SnapshotFormat.read(path, content));
  }

  Optional<Content> resumedContent() {
    return resumed;
  }

  /**
   * Adds a line to the log. It counts with the next commit: a resume from an earlier one cuts it.
   *
   * @param json one JSON object without line breaks
   */
  public void log(String json) {
    log.append(json);
  }

  /**
   * Puts a new checkpoint in place of the last. When this returns it is on the disk; when it
   * throws, the last one still counts.
   */
  public void commit(Snapshot snapshot) {
    commit(SnapshotFormat.write(snapshot));
  }

  void commit(Content content) {
    try {
      finishCommit(); // of the last, should the disk have failed in the middle of it
      Manifest next = stage(content);
      disk.move(path.resolve(NEXT), path.resolve(ModelReader.COMMIT));
      disk.force(path);
      Set<String> obsolete = new TreeSet<>(manifest.map(m -> m.files().keySet()).orElse(Set.of()));
      obsolete.removeAll(next.files().keySet());
      manifest = Optional.of(next);
      finishCommit();
      for (String name : obsolete) disk.delete(path.resolve(name));
      if (content.training().isEmpty() && isEmptyFolder(path.resolve(TRAINING))) {
        disk.delete(path.resolve(TRAINING));
      }
    } catch (IOException e) {
      discardStage(e);
      throw FileException.writing(path.toString(), e);
    }
    resumed = Optional.empty(); // let go of the old weights
  }

  /** Writes what changed, and the list of all, to {@code .next/}. */
  private Manifest stage(Content all) throws IOException {
    Path stage = path.resolve(NEXT);
    remove(stage);
    Files.createDirectories(stage.resolve(TRAINING));
    var hashes = new LinkedHashMap<String, String>();
    for (var content : contents(all).entrySet()) {
      String name = content.getKey();
      Path file = stage.resolve(name);
      MessageDigest digest = Manifest.sha256();
      disk.write(file, out -> content.getValue().writeTo(digesting(out, digest)));
      String hash = Manifest.hex(digest.digest());
      hashes.put(name, hash);
      boolean same = manifest.filter(m -> hash.equals(m.files().get(name))).isPresent();
      if (same && Files.exists(path.resolve(name))) disk.delete(file);
    }
    log.force();
    var next = new Manifest(hashes, log.length(), log.hash());
    disk.write(stage.resolve(Manifest.NAME), out -> AtomicFiles.writeFully(out, next.write()));
    disk.force(stage.resolve(TRAINING));
    disk.force(stage);
    return next;
  }

  private static Map<String, AtomicFiles.Content> contents(Content all) {
    var contents = new LinkedHashMap<String, AtomicFiles.Content>();
    contents.put(ModelReader.MODEL, bytes(Documents.write(all.model())));
    contents.put(ModelReader.WEIGHTS, new Safetensors(all.weights())::writeTo);
    all.vocabularies()
        .forEach(
            (name, entries) -> contents.put(name + ".txt", bytes(Vocabularies.write(entries))));
    all.files().forEach((name, bytes) -> contents.put(name, bytes(bytes)));
    all.training()
        .ifPresent(
            state -> {
              contents.put(ModelReader.STATE, new Safetensors(state.tensors())::writeTo);
              contents.put(ModelReader.COUNTERS, bytes(Documents.write(state.counters())));
            });
    return contents;
  }

  private static AtomicFiles.Content bytes(byte[] bytes) {
    return out -> AtomicFiles.writeFully(out, bytes);
  }

  private static WritableByteChannel digesting(WritableByteChannel out, MessageDigest digest) {
    return new WritableByteChannel() {
      @Override
      public int write(ByteBuffer bytes) throws IOException {
        ByteBuffer seen = bytes.duplicate();
        int n = out.write(bytes);
        digest.update(seen.limit(seen.position() + n));
        return n;
      }

      @Override
      public boolean isOpen() {
        return out.isOpen();
      }

      @Override
      public void close() throws IOException {
        out.close();
      }
    };
  }

  /** Moves what lies in {@code .commit/} to its place; can be begun again wherever it stopped. */
  private void finishCommit() throws IOException {
    Path commit = path.resolve(ModelReader.COMMIT);
    if (!Files.exists(commit)) return;
    Optional<Manifest> list = ModelReader.list(commit);
    if (list.isPresent()) {
      Files.createDirectories(path.resolve(TRAINING));
      for (String name : list.get().files().keySet()) {
        Path file = commit.resolve(name);
        if (Files.exists(file)) disk.move(file, path.resolve(name));
      }
      disk.force(path.resolve(TRAINING));
      disk.force(path);
      disk.move(commit.resolve(Manifest.NAME), path.resolve(Manifest.NAME));
    }
    remove(commit);
    disk.force(path);
  }

  /** Deletes a staging folder; it holds files, and one folder of files. */
  private void remove(Path folder) throws IOException {
    if (!Files.exists(folder)) return;
    try (Stream<Path> tree = Files.walk(folder)) {
      for (Path p : tree.sorted((a, b) -> b.compareTo(a)).toList()) disk.delete(p);
    }
  }

  private void discardStage(IOException cause) {
    try {
      remove(path.resolve(NEXT));
    } catch (IOException again) { // the disk fails; the next commit or resume removes it
      cause.addSuppressed(again);
    }
  }

  /** Lets go of the folder; one that was created here and never committed to is removed. */
  @Override
  public void close() {
    try (lock;
        log) {
      if (manifest.isPresent() || !ours) return;
      remove(path.resolve(NEXT));
      disk.delete(path.resolve(Log.NAME));
      disk.delete(path.resolve(LOCK));
      disk.delete(path);
    } catch (DirectoryNotEmptyException e) { // somebody put something there: it is theirs
      return;
    } catch (IOException e) {
      throw FileException.writing(path.toString(), e);
    }
  }
}
