package recurve.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import recurve.backend.Reference;
import recurve.cell.Cell;
import recurve.io.onnx.ImportOptions;
import recurve.io.onnx.OnnxException;
import recurve.io.onnx.OnnxExport;
import recurve.io.onnx.OnnxImport;
import recurve.io.onnx.OnnxOptions;
import recurve.ir.DType;
import recurve.ir.Graph;
import recurve.ir.Tensor;
import recurve.plugin.Catalog;
import recurve.task.Corpus;
import recurve.task.Problem;
import recurve.train.Listener;
import recurve.train.Model;
import recurve.train.Trained;
import recurve.train.Trainer;
import recurve.train.TrainingStep;

/**
 * A target of the fuzzer Jazzer: any bytes end in a graph or in an {@link OnnxException}, soon and
 * in little room. {@code proofs/fuzz.sh} runs it; nothing here needs Jazzer to be compiled.
 *
 * <p>{@code OnnxFuzz OUT_DIR [CASES_DIR]} writes the seeds: models of every cell and task, whole
 * sequences, steps and training steps, fused and as Scan; and every {@code model.onnx} below a
 * folder of cases.
 */
public final class OnnxFuzz {
  // a seed that is larger is more often broken in its weights than in anything that is read
  private static final long LARGEST_SEED = 1 << 16;
  // by one input in all, most of it soon free again
  private static final long MOST_ALLOCATED = 1 << 28;

  private OnnxFuzz() {}

  // -- the target

  private static final class Worst {
    // what the fuzzer calls is static, and so must be what is found out along the way
    static final Worst SEEN = new Worst();
    private static final com.sun.management.ThreadMXBean THREADS =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    private long files, graphs, bytes, nanos;

    Worst() {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> System.err.println(this)));
    }

    void add(boolean graph, long took) {
      files++;
      if (graph) graphs++;
      nanos = Math.max(nanos, took);
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%d files read, %d of them graphs; at most %.1f MB allocated and %.2f s of the processor"
              + " by one",
          files,
          graphs,
          bytes / 1e6,
          nanos / 1e9);
    }
  }

  /** One input of the fuzzer, which takes whatever is thrown for a finding. */
  public static void fuzzerTestOneInput(byte[] given) {
    // as they are, and with lengths that are right: of the first, few are read beyond their
    // messages
    measured(given);
    byte[] bytes = Repair.of(given);
    long allocated = measured(bytes);
    // the first time some part of the reader is come to, its classes are loaded and instrumented
    if (allocated > MOST_ALLOCATED) allocated = measured(bytes);
    Worst.SEEN.bytes = Math.max(Worst.SEEN.bytes, allocated);
    if (allocated > MOST_ALLOCATED) {
      throw new IllegalStateException(
          allocated + " bytes allocated for an input of " + bytes.length);
    }
  }

  /** Reads, and gives how many bytes were allocated. */
  private static long measured(byte[] bytes) {
    long before = Worst.THREADS.getCurrentThreadAllocatedBytes();
    long start = Worst.THREADS.getCurrentThreadCpuTime(); // other work beside it does not count
    boolean graph = read(bytes);
    Worst.SEEN.add(graph, Worst.THREADS.getCurrentThreadCpuTime() - start);
    return Worst.THREADS.getCurrentThreadAllocatedBytes() - before;
  }

  private static boolean read(byte[] bytes) {
    try {
      if (OnnxImport.of(bytes, ImportOptions.defaults()).graph().outputs().isEmpty()) {
        throw new IllegalStateException("a graph without outputs");
      }
      return true;
    } catch (OnnxException e) {
      if (String.valueOf(e.getMessage()).isBlank()) throw e;
      return false;
    }
  }

  // -- the seeds

  /** Writes the seeds, and prints how many. */
  public static void main(String[] args) throws IOException {
    Path out = Files.createDirectories(Path.of(args[0]));
    for (var cell : Catalog.load(Cell.class).entries()) {
      Trained lm = train("lm", Corpus.lines(List.of("a b a", "b a")), cell.name(), Map.of());
      write(out, "lm-" + cell.name(), lm);
      TrainingStep step = TrainingStep.of(lm.model(), lm.problem(), DType.F32);
      write(out, "lm-" + cell.name() + "-train", step.graph(), Map.of());
    }
    Corpus tagged = Corpus.lines(List.of("a O", "b B-x", "", "b B-x"));
    write(out, "tag", train("tag", tagged, "lstm", Map.of("head", "crf", "bidirectional", "true")));
    Corpus labelled = Corpus.lines(List.of("x\ta b", "y\tb"));
    write(out, "classify", train("classify", labelled, "gru", Map.of("pooling", "attention")));
    Corpus pairs = Corpus.lines(List.of("a b\tc", "b\tc c"));
    write(out, "seq2seq", train("seq2seq", pairs, "gru", Map.of("attention", "additive")));
    int own = count(out);
    if (args.length > 1) cases(Path.of(args[1]), out);
    System.out.println(own + " seeds of our own, " + (count(out) - own) + " of others");
  }

  private static Trained train(String task, Corpus text, String cell, Map<String, String> more) {
    var options = new LinkedHashMap<>(Map.of("cell", cell, "units", "2", "embedding", "2"));
    options.put("epochs", "1");
    options.put("batch", "2");
    options.putAll(more);
    return new Trainer(Model.of(task).with(options), new Reference(), 1)
        .fit(text, Optional.empty(), Listener.SILENT);
  }

  private static void write(Path out, String name, Trained trained) {
    for (Map.Entry<String, Problem.Part> part : trained.problem().parts().entrySet()) {
      Trained.Exported graph = trained.graph(part.getValue());
      write(out, name + "-" + part.getKey(), graph.graph(), graph.weights());
    }
  }

  private static void write(Path out, String name, Graph graph, Map<String, Tensor> weights) {
    for (OnnxOptions.Form form : List.of(OnnxOptions.Form.AUTO, OnnxOptions.Form.SCAN)) {
      String file = name + "-" + form.name().toLowerCase(Locale.ROOT) + ".onnx";
      OnnxExport.of(graph, weights, Map.of("seed", name), OnnxOptions.of(form))
          .write(out.resolve(file));
    }
  }

  private static void cases(Path folder, Path out) throws IOException {
    var models = new ArrayList<Path>();
    try (Stream<Path> all = Files.walk(folder)) {
      all.filter(p -> p.endsWith("model.onnx")).sorted().forEach(models::add);
    }
    for (Path model : models) {
      if (Files.size(model) > LARGEST_SEED) continue;
      String name = folder.relativize(model).toString().replace('/', '-');
      Files.copy(model, out.resolve("case-" + name));
    }
  }

  private static int count(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return (int) all.count();
    }
  }
}
