package recurve.io.checkpoint;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import recurve.io.FileException;
import recurve.io.FileException.Category;
import recurve.ir.Tensor;

class ModelFolderTest {
  /** The real disk, but for waiting until the device has it all: what a power cut needs. */
  private static final Disk UNFORCED =
      new Disk() {
        private final Disk real = Disk.real();

        @Override
        public void write(Path file, AtomicFiles.Content content) throws IOException {
          try (var out = Files.newByteChannel(file, CREATE, TRUNCATE_EXISTING, WRITE)) {
            content.writeTo(out);
          }
        }

        @Override
        public void move(Path from, Path to) throws IOException {
          real.move(from, to);
        }

        @Override
        public void delete(Path path) throws IOException {
          real.delete(path);
        }

        @Override
        public void force(Path folder) {
          assertTrue(Files.isDirectory(folder));
        }
      };

  @TempDir Path temporary;

  private Path path() {
    return temporary.resolve("model");
  }

  static Content snapshot(int step) {
    var model = new LinkedHashMap<String, Object>();
    model.put("task", "lm");
    model.put("seed", 1L);
    model.put("best", step == 1 ? Double.POSITIVE_INFINITY : 1.0E-5);
    model.put("never", Double.NaN);
    model.put("large", 1e300);
    model.put("long", Long.MIN_VALUE);
    model.put("text", "yes: 'no' null 1e5 é😀\n\t#");
    model.put("tied", true);
    model.put("options", Map.of("cell", "lstm", "units", List.of(1L, 2L)));
    var vocabularies = new LinkedHashMap<String, List<String>>();
    vocabularies.put(
        "vocab", List.of("<unk>", "", "a b", "\n", "\\", "\\u0041", "\ufeff", "é", "\ud83d"));
    if (step % 2 == 1) vocabularies.put("vocab-tags", List.of("B", "I"));
    return new Content(
        model,
        Map.of("w", Tensor.of(new float[] {step, -0.0f}, 2)),
        vocabularies,
        Optional.of(
            new Content.State(
                Map.of("momentum/w", Tensor.of(new double[] {step * 0.1}, 1)),
                Map.of("step", (long) step, "loss", 0.1 * step))));
  }

  /** As small as a checkpoint can be, for tests that read it once for every bit. */
  private static Content small() {
    return new Content(
        Map.of("task", "lm"),
        Map.of("w", Tensor.of(new float[] {1}, 1)),
        Map.of("vocab", List.of("a", "b")),
        Optional.of(new Content.State(Map.of(), Map.of("step", 1L))));
  }

  @Test
  void readsBackWhatWasCommitted() {
    try (var folder = ModelFolder.create(path())) {
      folder.log("{\"step\":1}");
      folder.commit(snapshot(1));
      assertEquals(snapshot(1), ModelFolder.content(path()));
      folder.commit(snapshot(2));
      assertEquals(snapshot(2), ModelFolder.content(path()));
      folder.commit(snapshot(3).withoutTraining());
    }
    assertEquals(snapshot(3).withoutTraining(), ModelFolder.content(path()));
    try (var folder = ModelFolder.resume(path())) {
      assertEquals(Optional.of(snapshot(3).withoutTraining()), folder.resumedContent());
    }
  }

  @Test
  void holdsTheFilesThatTheDocumentationNames() throws IOException {
    try (var folder = ModelFolder.create(path())) {
      folder.commit(snapshot(1));
      assertEquals(
          Set.of(
              ".lock",
              "checksums.sha256",
              "log.jsonl",
              "model.yaml",
              "weights.safetensors",
              "vocab.txt",
              "vocab-tags.txt",
              "training/state.safetensors",
              "training/counters.yaml"),
          files());
      folder.commit(snapshot(2));
      assertFalse(files().contains("vocab-tags.txt"));
    }
  }

  @Test
  void keepsFurtherFiles() throws IOException {
    Content bare = small();
    byte[] graph = {8, 0, -1};
    var files = Map.of("graph.onnx", graph);
    try (var folder = ModelFolder.create(path())) {
      folder.commit(
          new Content(bare.model(), bare.weights(), bare.vocabularies(), files, bare.training()));
    }
    assertArrayEquals(graph, ModelFolder.content(path()).files().get("graph.onnx"));
    assertArrayEquals(graph, Files.readAllBytes(path().resolve("graph.onnx")));
    for (String name : List.of("../graph.onnx", "graph", "model.yaml")) {
      var bad = Map.of(name, graph);
      assertThrows(
          IllegalArgumentException.class,
          () -> new Content(bare.model(), Map.of(), Map.of(), bad, Optional.empty()));
    }
    try (var folder = ModelFolder.resume(path())) {
      folder.commit(bare);
      assertFalse(files().contains("graph.onnx"));
    }
  }

  @Test
  void resumeCutsTheLogWhereTheCheckpointWas() throws IOException {
    try (var folder = ModelFolder.create(path())) {
      folder.log("one");
      folder.commit(snapshot(1));
      folder.log("lost");
    }
    try (var folder = ModelFolder.resume(path())) {
      folder.log("two");
      folder.commit(snapshot(2));
    }
    assertEquals("one\ntwo\n", Files.readString(path().resolve("log.jsonl")));
    Files.writeString(path().resolve("log.jsonl"), "onE\ntwo\n");
    check(
        Category.BAD_DATA,
        "log.jsonl: is not the log that the checkpoint was written with",
        () -> ModelFolder.resume(path()));
    assertEquals(snapshot(2), ModelFolder.content(path()), "who only reads needs no log");
  }

  @Test
  void refusesAFolderThatExists() throws IOException {
    Files.createDirectory(path());
    ModelFolder.create(path()).close(); // an empty one is welcome
    Files.writeString(path().resolve("thesis.tex"), "x");
    check(
        Category.CANNOT_CREATE,
        "model: exists already. Name another folder, or resume",
        () -> ModelFolder.create(path()));
    check(
        Category.CANNOT_CREATE,
        "model: holds other files and no model",
        () -> ModelFolder.resume(path()));
    Path file = Files.writeString(temporary.resolve("file"), "x");
    check(Category.CANNOT_CREATE, "file: exists already", () -> ModelFolder.create(file));
    check(Category.CANNOT_CREATE, "file: holds other files", () -> ModelFolder.resume(file));
    assertEquals("x", Files.readString(path().resolve("thesis.tex")));
  }

  @Test
  void leavesNothingWhereNothingWasCommitted() {
    try (var folder = ModelFolder.create(path())) {
      folder.log("one");
    }
    assertFalse(Files.exists(path()));
  }

  @Test
  void keepsASecondTrainingOut() {
    try (var folder = ModelFolder.create(path())) {
      folder.commit(snapshot(1));
      check(
          Category.LOCKED,
          "model: another training writes there now",
          () -> ModelFolder.resume(path()));
    }
    ModelFolder.resume(path()).close();
  }

  /** Who runs a model reads nothing of its training, so nothing there can stop him. */
  @Test
  void readsTheModelAlone() throws IOException {
    commit(snapshot(1));
    Files.writeString(path().resolve("training/state.safetensors"), "damaged");
    assertEquals(snapshot(1).withoutTraining(), ModelReader.read(path(), false));
    damaged(path().resolve("training/state.safetensors"), "all of it");
  }

  @Test
  void saysWhatIsNoModel() throws IOException {
    check(Category.NO_INPUT, "model: there is no such folder", () -> ModelFolder.content(path()));
    Files.createDirectory(path());
    check(Category.NO_INPUT, "model: holds no model", () -> ModelFolder.content(path()));
    Files.writeString(temporary.resolve("f"), "");
    check(Category.NO_INPUT, "f: is a file", () -> ModelFolder.content(temporary.resolve("f")));
  }

  @Test
  void saysWhichVersionItCannotRead() throws IOException {
    commit(snapshot(1));
    Path list = path().resolve(Manifest.NAME);
    String lines = Files.readString(list).replace("checkpoint 1", "checkpoint 2");
    lines = lines.substring(0, lines.lastIndexOf("# checksum"));
    byte[] digest = Manifest.sha256().digest(lines.getBytes(StandardCharsets.UTF_8));
    Files.writeString(list, lines + "# checksum " + Manifest.hex(digest) + "\n");
    check(
        Category.BAD_DATA,
        "checksums.sha256: has format version 2; this program reads 1.",
        () -> ModelFolder.content(path()));
  }

  @Test
  void noticesEveryFileCutAtAnyByte() throws IOException {
    commit(small());
    for (String name : checkedFiles()) {
      Path file = path().resolve(name);
      byte[] whole = Files.readAllBytes(file);
      for (int n = 0; n < whole.length; n++) {
        Files.write(file, Arrays.copyOf(whole, n));
        damaged(file, name + " cut to " + n);
      }
      Files.delete(file);
      if (!name.equals(Manifest.NAME)) damaged(file, name + " missing");
      Files.write(file, whole);
    }
    assertEquals(small(), ModelFolder.content(path()));
  }

  @Test
  void noticesAnyBitFlipped() throws IOException {
    commit(small());
    for (String name : checkedFiles()) {
      Path file = path().resolve(name);
      byte[] whole = Files.readAllBytes(file);
      for (int bit = 0; bit < 8 * whole.length; bit++) {
        byte[] flipped = whole.clone();
        flipped[bit / 8] ^= (byte) (1 << bit % 8);
        Files.write(file, flipped);
        damaged(file, name + " bit " + bit);
      }
      Files.write(file, whole);
    }
  }

  /** A disk that stops at its n-th step, and at every one after it: the process was killed. */
  private static final class Dying implements Disk {
    private final Disk real = UNFORCED;
    private int left;

    Dying(int steps) {
      left = steps;
    }

    private void step() throws IOException {
      if (left-- <= 0) throw new IOException("killed");
    }

    @Override
    public void write(Path file, AtomicFiles.Content content) throws IOException {
      if (left == 0) { // half of it reaches the disk
        var bytes = new ByteArrayOutputStream();
        content.writeTo(Channels.newChannel(bytes));
        Files.write(file, Arrays.copyOf(bytes.toByteArray(), bytes.size() / 2));
      }
      step();
      real.write(file, content);
    }

    @Override
    public void move(Path from, Path to) throws IOException {
      step();
      real.move(from, to);
    }

    @Override
    public void delete(Path path) throws IOException {
      step();
      real.delete(path);
    }

    @Override
    public void force(Path folder) throws IOException {
      step();
      real.force(folder);
    }
  }

  @Test
  void leavesTheOldCheckpointOrTheNewWhereverItIsKilled() throws IOException {
    boolean finished = false;
    int old = 0;
    int fresh = 0;
    for (int steps = 0; !finished; steps++) {
      deleteAll();
      try (var folder = ModelFolder.create(path(), UNFORCED)) {
        folder.log("one");
        folder.commit(snapshot(1));
      }
      ModelFolder dying = ModelFolder.resume(path(), new Dying(steps));
      dying.log("two");
      try {
        dying.commit(snapshot(2));
        finished = true;
      } catch (FileException e) {
        assertTrue(e.getMessage().contains("killed"), e.getMessage());
      }
      dying.close();
      Content read = ModelFolder.content(path());
      boolean isNew = read.equals(snapshot(2));
      assertEquals(isNew ? snapshot(2) : snapshot(1), read, "killed at step " + steps);
      old += isNew ? 0 : 1;
      fresh += isNew ? 1 : 0;
      try (var resumed = ModelFolder.resume(path(), UNFORCED)) {
        assertEquals(Optional.of(read), resumed.resumedContent());
        resumed.log("three");
        resumed.commit(snapshot(3));
      }
      assertEquals(snapshot(3), ModelFolder.content(path()));
      assertEquals(
          isNew ? "one\ntwo\nthree\n" : "one\nthree\n",
          Files.readString(path().resolve("log.jsonl")));
      assertFalse(Files.exists(path().resolve(".next")) || Files.exists(path().resolve(".commit")));
    }
    assertTrue(old > 5 && fresh > 5, old + " old, " + fresh + " new");
  }

  @Test
  void goesOnAfterTheFirstCommitWasKilled() {
    boolean finished = false;
    for (int steps = 0; !finished; steps++) {
      Path path = temporary.resolve("first" + steps);
      ModelFolder dying = ModelFolder.create(path, new Dying(steps));
      try (dying) {
        dying.commit(snapshot(1));
        finished = true;
      } catch (FileException e) {
        assertTrue(e.getMessage().contains("killed"), e.getMessage());
      }
      try (var resumed = ModelFolder.resume(path, UNFORCED)) {
        resumed.resumedContent().ifPresent(s -> assertEquals(snapshot(1), s));
        resumed.commit(snapshot(1));
      }
      assertEquals(snapshot(1), ModelFolder.content(path));
    }
  }

  @Test
  void aFullDiskLeavesTheCheckpointAsItWas() throws IOException {
    commit(snapshot(1));
    Set<String> before = files();
    for (int fits = 0; fits < 6; fits++) {
      int writes = fits;
      var full =
          new Disk() {
            private final Disk real = UNFORCED;
            private int left = writes;

            @Override
            public void write(Path file, AtomicFiles.Content content) throws IOException {
              if (left-- <= 0) {
                Files.write(file, new byte[3]);
                throw new IOException("No space left on device");
              }
              real.write(file, content);
            }

            @Override
            public void move(Path from, Path to) throws IOException {
              real.move(from, to);
            }

            @Override
            public void delete(Path path) throws IOException {
              real.delete(path);
            }

            @Override
            public void force(Path folder) throws IOException {
              real.force(folder);
            }
          };
      try (var folder = ModelFolder.resume(path(), full)) {
        var e = assertThrows(FileException.class, () -> folder.commit(snapshot(2)));
        assertEquals(
            path() + ": the disk is full; nothing was changed. Free some space.", e.getMessage());
        assertEquals(Category.IO, e.category());
      }
      assertEquals(snapshot(1), ModelFolder.content(path()));
      assertEquals(before, files());
    }
  }

  @Test
  void atomicFilesLeaveNothingHalfWritten() throws IOException {
    Path file = Files.writeString(temporary.resolve("a.txt"), "old");
    var e =
        assertThrows(
            FileException.class,
            () ->
                AtomicFiles.write(
                    file,
                    out -> {
                      AtomicFiles.writeFully(out, new byte[10]);
                      throw new IOException("No space left on device");
                    }));
    assertEquals(Category.IO, e.category());
    assertEquals("old", Files.readString(file));
    try (Stream<Path> all = Files.list(temporary)) {
      assertEquals(List.of(file), all.toList());
    }
    AtomicFiles.write(file, "new");
    assertEquals("new", Files.readString(file));
    check(
        Category.CANNOT_CREATE,
        "its folder does not exist",
        () -> AtomicFiles.write(temporary.resolve("none/a.txt"), "x"));
    check(Category.CANNOT_CREATE, "is a folder", () -> AtomicFiles.write(temporary, "x"));
  }

  @Test
  void keepsOnlyPlainValues() {
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> new Content.State(Map.of(), Map.of("a", Map.of("b", Path.of("x")))));
    assertTrue(e.getMessage().startsWith("'a.b' is a "), e.getMessage());
  }

  private void commit(Content snapshot) {
    try (var folder = ModelFolder.create(path())) {
      folder.log("one");
      folder.commit(snapshot);
    }
  }

  private List<String> checkedFiles() throws IOException {
    var names = new ArrayList<>(files());
    names.removeAll(List.of(".lock", "log.jsonl"));
    assertEquals(6, names.size());
    return names;
  }

  private Set<String> files() throws IOException {
    try (Stream<Path> all = Files.walk(path())) {
      return all.filter(Files::isRegularFile)
          .map(p -> path().relativize(p).toString().replace('\\', '/'))
          .collect(Collectors.toSet());
    }
  }

  private void deleteAll() throws IOException {
    if (!Files.exists(path())) return;
    try (Stream<Path> all = Files.walk(path())) {
      for (Path p : all.sorted((a, b) -> b.compareTo(a)).toList()) Files.delete(p);
    }
  }

  private void damaged(Path file, String what) {
    var e = assertThrows(FileException.class, () -> ModelFolder.content(path()), what);
    assertEquals(Category.BAD_DATA, e.category(), what);
    assertTrue(e.getMessage().startsWith(file + ": "), what + ": " + e.getMessage());
    assertTrue(e.getMessage().endsWith("Restore it from a copy, or train again."), e.getMessage());
  }

  private static void check(
      Category category, String message, org.junit.jupiter.api.function.Executable action) {
    var e = assertThrows(FileException.class, action);
    assertTrue(e.getMessage().contains(message), e.getMessage());
    assertEquals(category, e.category());
  }
}
