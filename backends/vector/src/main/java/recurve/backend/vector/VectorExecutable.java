package recurve.backend.vector;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import recurve.backend.Binding;
import recurve.backend.CompileOptions;
import recurve.backend.Executable;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.ShapeException;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.option.Nearest;

/** A graph with one {@link Program} for each binding seen, and the memory that they share. */
final class VectorExecutable implements Executable {

  /** An input as it stands: the array may be longer than its extents need. */
  private static final class Held {
    final Value value;
    Object array;
    int[] dims;
    boolean written;

    Held(Value value) {
      this.value = value;
      this.array = Buffer.allocate(value.dtype(), 0);
      this.dims = new int[value.rank()];
    }
  }

  /** A retained output: its input, and the array that the next run writes. */
  private static final class Retained {
    final Held input;
    Object spare;
    boolean swapped; // whether the input holds this output's value now

    Retained(Held input) {
      this.input = input;
      this.spare = Buffer.allocate(input.value.dtype(), 0);
    }

    void swap() {
      Object mine = spare;
      spare = input.array;
      input.array = mine;
      swapped = !swapped;
    }
  }

  // lengths of sentences make many bindings; the one used longest ago goes
  private static final int MOST_PROGRAMS = 64;
  // multiply-adds of a run from which on warming up pays
  private static final long LARGE = 500_000_000;

  private final Graph graph;
  private final Supplier<Products> products;
  private final Kernels kernels;
  private final Optional<Gemm> gemm;
  private final Workers workers;
  private final Arena arena = new Arena();
  private final Map<String, Held> inputs = new LinkedHashMap<>();
  private final Map<String, Retained> retained = new LinkedHashMap<>();
  private final Map<String, String> inputOf;
  private final Prepared prepared;
  private final Map<Map<String, Long>, Program> programs = new LinkedHashMap<>(16, 0.75f, true);
  private @Nullable Program bound; // for the extents as they are
  private @Nullable Program ran;
  private boolean closed;

  VectorExecutable(
      Graph graph,
      CompileOptions options,
      Supplier<Products> products,
      Kernels kernels,
      Optional<Gemm> gemm) {
    this.graph = graph;
    this.gemm = gemm;
    this.products = products;
    this.kernels = kernels;
    this.inputOf = options.retained();
    for (Value v : graph.inputs()) inputs.put(Graph.nameOf(v), new Held(v));
    options.retained().forEach((output, input) -> retained.put(output, new Retained(held(input))));
    workers = new Workers(options.threads());
    prepared = new Prepared(graph, options, products, kernels, gemm);
  }

  private Held held(String input) {
    Held held = inputs.get(input);
    if (held == null)
      throw new ShapeException(
          "no input named '" + input + "'." + Nearest.listing(input, inputs.keySet()));
    return held;
  }

  @Override
  public void write(String input, Tensor tensor) {
    checkOpen();
    Held held = held(input);
    Value v = held.value;
    boolean fits = v.dtype() == tensor.dtype() && v.rank() == tensor.rank();
    for (int axis = 0; fits && axis < v.rank(); axis++) {
      Dim dim = v.dim(axis);
      fits = !dim.isNumber() || dim.is(tensor.dim(axis));
    }
    if (!fits) throw new ShapeException("input '" + input + "' is " + v.type() + ", not " + tensor);
    for (var e : retained.entrySet()) {
      // the output's value must outlive what is written over the input
      Retained r = e.getValue();
      if (r.input != held || !r.swapped || e.getKey().equals(input)) continue;
      r.swap();
      held.array = Buffer.allocate(v.dtype(), tensor.size());
    }
    if (length(held.array) < tensor.size()) held.array = Buffer.allocate(v.dtype(), tensor.size());
    System.arraycopy(elements(tensor), 0, held.array, 0, tensor.size());
    for (int axis = 0; axis < v.rank(); axis++) {
      if (held.dims[axis] != tensor.dim(axis)) bound = null;
      held.dims[axis] = tensor.dim(axis);
    }
    held.written = true;
    if (prepared.input(input).isPresent()) prepared.invalidate();
  }

  private static int length(Object array) {
    return switch (array) {
      case float[] f -> f.length;
      case double[] d -> d.length;
      case int[] n -> n.length;
      case boolean[] b -> b.length;
      default -> throw new IllegalStateException("no array of numbers: " + array.getClass());
    };
  }

  private static Object elements(Tensor t) {
    return switch (t.dtype()) {
      case F32 -> t.floats();
      case F64 -> t.doubles();
      case I32 -> t.ints();
      case BOOL -> t.booleans();
    };
  }

  @Override
  public void run() {
    checkOpen();
    Program program = bound;
    if (program == null) {
      program = bind();
      bound = program;
    }
    for (var e : program.inputs().entrySet()) e.getValue().place(held(e.getKey()).array);
    for (var e : retained.entrySet()) {
      Retained r = e.getValue();
      Buffer target = requireNonNull(program.outputs().get(e.getKey())).buffer();
      if (program.inPlace().contains(e.getKey())) {
        target.place(r.input.array);
      } else {
        if (length(r.spare) < target.size) r.spare = Buffer.allocate(target.dtype, target.size);
        target.place(r.spare);
      }
      r.swapped = false;
    }
    prepared.refresh(workers);
    for (Instruction i : program.code()) workers.run(i);
    for (var e : retained.entrySet()) {
      if (program.inPlace().contains(e.getKey())) e.getValue().swapped = true;
      else e.getValue().swap();
    }
    ran = program;
  }

  /** What the last run did, and who did it: for whoever measures. */
  Program program() {
    Program program = ran;
    if (program == null) throw new IllegalStateException("nothing has run");
    return program;
  }

  Workers workers() {
    return workers;
  }

  private Program bind() {
    var extents = new ArrayList<int[]>();
    var values = new ArrayList<Value>();
    inputs.forEach(
        (name, held) -> {
          if (!held.written) {
            throw new ShapeException(
                "input '" + name + "', " + held.value.type() + ", was never written");
          }
          values.add(held.value);
          extents.add(held.dims);
        });
    Map<String, Long> binding = Binding.of(values, extents);
    Program known = programs.get(binding);
    if (known != null) return known;
    var context = new Context(binding, products, kernels, workers.count(), gemm).with(prepared);
    Program made = Program.of(graph, inputOf, context, arena);
    if (made.work() > LARGE) {
      var cold = new ArrayList<>(products.get().cold());
      cold.addAll(kernels.cold());
      cold.add(Transposer.cold());
      gemm.ifPresent(g -> cold.addAll(g.cold()));
      new WarmUp().run(cold);
    }
    if (programs.size() == MOST_PROGRAMS) programs.remove(programs.keySet().iterator().next());
    programs.put(binding, made);
    return made;
  }

  @Override
  public Tensor read(String name) {
    checkOpen();
    boolean isOutput = graph.names().contains(name);
    if (!isOutput || name.equals(inputOf.get(name))) {
      Held held = inputs.get(name);
      if (held == null) {
        var known = new ArrayList<>(graph.names());
        known.addAll(inputs.keySet());
        throw new ShapeException(
            "no output or input named '" + name + "'." + Nearest.listing(name, known));
      }
      if (!held.written) throw new ShapeException("input '" + name + "' was never written");
      return tensor(
          View.of(Buffer.kept(held.value.dtype(), View.size(held.dims)), held.dims), held.array);
    }
    Program program = ran;
    if (program == null) throw new ShapeException("output '" + name + "' is read before any run");
    View view = requireNonNull(program.outputs().get(name));
    Retained r = retained.get(name);
    if (r == null) return tensor(view, view.buffer().array());
    return tensor(view, r.swapped ? r.input.array : r.spare);
  }

  private static Tensor tensor(View view, Object array) {
    Buffer source = Buffer.kept(view.dtype(), view.buffer().size);
    source.place(array);
    View from = new View(source, view.offset(), view.dims(), view.strides(), view.loops());
    Tensor tensor = Tensor.zeros(view.dtype(), view.dims());
    Buffer target = Buffer.kept(view.dtype(), tensor.size());
    target.place(elements(tensor));
    var copy = new Copy(from, View.of(target, view.dims()));
    copy.run(new Frame(0), 0, copy.extent());
    return tensor;
  }

  @Override
  public double scalar(String output) {
    Program program = ran;
    if (program == null || retained.containsKey(output)) return read(output).item();
    View view = program.outputs().get(output);
    if (view == null || view.size() != 1) return read(output).item();
    return PlainKernel.get(view.buffer().array(), view.offset());
  }

  @Override
  public Map<String, byte[]> inside() {
    var all = new LinkedHashMap<String, byte[]>();
    var listing = new StringBuilder();
    prepared.code().forEach(i -> listing.append("once ").append(i).append('\n'));
    programs.forEach(
        (binding, program) -> {
          listing.append("where ").append(new TreeMap<>(binding)).append('\n');
          program.code().forEach(i -> listing.append("  ").append(i).append('\n'));
        });
    all.put("instructions.txt", listing.toString().getBytes(StandardCharsets.UTF_8));
    kernels.classes().forEach((name, bytes) -> all.put(name + ".class", bytes));
    Tiles.classes().forEach((name, bytes) -> all.put(name + ".class", bytes));
    StreamKernels.classes().forEach((name, bytes) -> all.put(name + ".class", bytes));
    Transposer.classes().forEach((name, bytes) -> all.put(name + ".class", bytes));
    return all;
  }

  private void checkOpen() {
    if (closed) throw new IllegalStateException("this executable is closed");
  }

  @Override
  public void close() {
    closed = true;
    workers.close();
    programs.clear();
    bound = null;
    ran = null;
  }
}
