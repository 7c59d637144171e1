package recurve.backend.vector;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import recurve.ir.Graph;
import recurve.ir.Value;

/**
 * The instructions of a graph for one binding of its symbolic dimensions.
 *
 * @param code in the order in which to run it
 * @param inputs buffers that are given the inputs' arrays before each run
 * @param outputs where the outputs lie after a run
 */
record Program(List<Instruction> code, Map<String, Buffer> inputs, Map<String, View> outputs) {

  /**
   * Lowers a graph.
   *
   * @param own outputs that must have a buffer of their own, which the caller gives an array
   */
  static Program of(Graph graph, Set<String> own, Context context, Arena arena) {
    var lowering = new Lowering(context);
    var inputs = new LinkedHashMap<String, Buffer>();
    var foreign = new HashSet<Buffer>(); // that no output may lie in
    for (Value v : graph.inputs()) {
      int[] dims = context.dims(v);
      Buffer b = Buffer.kept(v.dtype(), View.size(dims));
      inputs.put(Graph.nameOf(v), b);
      foreign.add(b);
      lowering.give(v, View.of(b, dims));
    }
    var places = new LinkedHashMap<String, View>();
    for (int i = 0; i < graph.outputs().size(); i++) {
      String name = graph.names().get(i);
      Value v = graph.outputs().get(i);
      if (!own.contains(name)) continue;
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
          || isOwned(view, places)) {
        view = lowering.copied(view);
      }
      kept.add(view.buffer());
      outputs.put(name, view);
    }
    arena.plan(lowering.code(), kept);
    return new Program(lowering.code(), inputs, outputs);
  }

  /** An owned buffer is exchanged with an input's after the run, so nobody else may lie in it. */
  private static boolean isOwned(View view, Map<String, View> places) {
    return places.values().stream().anyMatch(p -> p.buffer() == view.buffer());
  }
}
