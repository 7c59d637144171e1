package recurve.backend.vector;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import recurve.ir.Graph;
import recurve.ir.Value;

/**
 * The instructions of a graph for one binding of its symbolic dimensions.
 *
 * @param code in the order in which to run it
 * @param inputs buffers that are given the inputs' arrays before each run
 * @param outputs where the outputs lie after a run
 * @param inPlace retained outputs that are written over their inputs
 */
record Program(
    List<Instruction> code,
    Map<String, Buffer> inputs,
    Map<String, View> outputs,
    Set<String> inPlace) {

  /**
   * Lowers a graph.
   *
   * @param retained output to input: such outputs have a buffer of their own, which the caller
   *     gives an array; the input's, if {@link #inPlace} names the output
   */
  static Program of(Graph whole, Map<String, String> retained, Context context, Arena arena) {
    Graph graph = Sparse.apply(whole, context::dims);
    var lowering = new Lowering(context);
    lowering.leave(Sparse.unwritten(graph));
    var inputs = new LinkedHashMap<String, Buffer>();
    var foreign = new HashSet<Buffer>(); // that no output may lie in
    for (Value v : graph.inputs()) {
      int[] dims = context.dims(v);
      Buffer b =
          context
              .prepared()
              .flatMap(p -> p.input(Graph.nameOf(v)))
              .orElseGet(() -> Buffer.kept(v.dtype(), View.size(dims)));
      inputs.put(Graph.nameOf(v), b);
      foreign.add(b);
      lowering.give(v, View.of(b, dims));
    }
    context.prepared().ifPresent(p -> p.views().forEach(lowering::give));
    var places = new LinkedHashMap<String, View>();
    for (int i = 0; i < graph.outputs().size(); i++) {
      String name = graph.names().get(i);
      Value v = graph.outputs().get(i);
      if (!retained.containsKey(name)) continue;
      int[] dims = context.dims(v);
      View place = View.of(Buffer.kept(v.dtype(), View.size(dims)), dims);
      places.put(name, place);
      lowering.wish(v, place);
    }
    lowering.lower(graph.outputs());
    var outputs = new LinkedHashMap<String, View>();
    var kept = new HashSet<Buffer>();
    for (int i = 0; i < graph.outputs().size(); i++) {
      String name = graph.names().get(i);
      Value v = graph.outputs().get(i);
      View view = lowering.view(v);
      if (places.containsKey(name)) {
        lowering.deliver(v, places.get(name));
        view = places.get(name);
      } else if (!view.buffer().isMemory()
          || foreign.contains(view.buffer())
          || context.prepared().filter(p -> p.views().containsKey(v)).isPresent()
          || isOwned(view, places)) {
        view = lowering.copied(view);
      }
      kept.add(view.buffer());
      outputs.put(name, view);
    }
    List<Instruction> code = lowering.code();
    Map<Buffer, Touched> touched = touched(code);
    var inPlace = new HashSet<String>();
    var same = new HashMap<Buffer, Buffer>();
    retained.forEach(
        (output, input) -> {
          Buffer now = Objects.requireNonNull(inputs.get(input));
          Buffer next = Objects.requireNonNull(places.get(output)).buffer();
          if (!overwrites(code, touched, now, next)) return;
          inPlace.add(output);
          same.put(next, now);
        });
    List<Instruction> rows = Rows.apply(code, same, kept, context.workers());
    same.putAll(Heirs.of(rows, kept));
    List<Instruction> joined = Together.apply(rows, same, context.workers());
    arena.plan(joined, kept, same);
    return new Program(joined, inputs, outputs, inPlace);
  }

  /**
   * Who touches a buffer.
   *
   * @param last the place of the last instruction that does
   * @param writer the place of the first that writes it, or -1
   * @param writes how often it is written
   */
  private record Touched(int last, int writer, int writes) {
    static final Touched NEVER = new Touched(-1, -1, 0);

    Touched by(int place, boolean write) {
      return new Touched(place, write && writer < 0 ? place : writer, writes + (write ? 1 : 0));
    }
  }

  private static Map<Buffer, Touched> touched(List<Instruction> code) {
    var all = new HashMap<Buffer, Touched>();
    for (int i = 0; i < code.size(); i++) {
      for (Instruction.Access a : code.get(i).accesses()) {
        Buffer b = a.view().buffer();
        all.put(b, all.getOrDefault(b, Touched.NEVER).by(i, a.writes()));
      }
    }
    return all;
  }

  /** Whether the one instruction that writes the output can write it over the input. */
  private static boolean overwrites(
      List<Instruction> code, Map<Buffer, Touched> touched, Buffer input, Buffer output) {
    Touched out = touched.getOrDefault(output, Touched.NEVER);
    // once the output is written, the input is gone
    return out.writes() == 1
        && touched.getOrDefault(input, Touched.NEVER).last() <= out.writer()
        && code.get(out.writer()).canOverwrite(input, output);
  }

  /** An owned buffer is exchanged with an input's after the run, so nobody else may lie in it. */
  private static boolean isOwned(View view, Map<String, View> places) {
    return places.values().stream().anyMatch(p -> p.buffer() == view.buffer());
  }

  /** How many multiply-adds of products a run does. */
  long work() {
    return code.stream().mapToLong(Instruction::work).sum();
  }
}
