package recurve.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import recurve.backend.Binding;
import recurve.backend.Executable;
import recurve.cell.Scope;
import recurve.ir.Graph;
import recurve.ir.Tensor;
import recurve.ir.Value;

/** Begins the states that a graph takes and gives anew where a text begins. */
final class Carried {
  private final Executable executable;
  private final List<Scope.State> states;
  private final List<Value> inputs;

  /** The states of a scope whose graph was compiled. */
  Carried(Scope scope, Executable executable) {
    this.executable = executable;
    this.states = scope.carry() == Scope.Carry.CARRIED ? scope.states() : List.of();
    this.inputs = scope.inputs();
  }

  /** Output name to input name, for the compiler. */
  static Map<String, String> retained(Scope scope) {
    var retained = new LinkedHashMap<String, String>();
    if (scope.carry() == Scope.Carry.CARRIED) {
      for (Scope.State s : scope.states()) retained.put(next(s.name()), s.name());
    }
    return retained;
  }

  /** The outputs that carried states need. */
  static Map<String, Value> outputs(Scope scope) {
    var outputs = new LinkedHashMap<String, Value>();
    if (scope.carry() == Scope.Carry.CARRIED) {
      for (Scope.State s : scope.states()) outputs.put(next(s.name()), s.last());
    }
    return outputs;
  }

  /** The name under which a graph gives what its input of this name becomes. */
  static String next(String input) {
    return input + "'";
  }

  /** Writes a batch's inputs and, where its text begins, the states. */
  void write(Map<String, Tensor> batch, boolean fresh) {
    batch.forEach(executable::write);
    Map<String, Long> binding = binding(batch);
    if (fresh) states.forEach(s -> executable.write(s.name(), zeros(s.initial(), binding)));
    for (Value v : inputs) {
      if (!Graph.nameOf(v).equals(Scope.RESTART)) continue;
      Tensor rows = zeros(v, binding);
      Arrays.fill(rows.booleans(), fresh);
      executable.write(Scope.RESTART, rows);
    }
  }

  private Map<String, Long> binding(Map<String, Tensor> batch) {
    var known = new ArrayList<Value>();
    var dims = new ArrayList<int[]>();
    for (Value v : inputs) {
      Tensor t = batch.get(Graph.nameOf(v));
      if (t == null) continue;
      known.add(v);
      dims.add(t.dims());
    }
    return Binding.of(known, dims);
  }

  /** The states as they stand. */
  Map<String, Tensor> read() {
    var now = new LinkedHashMap<String, Tensor>();
    for (Scope.State s : states) now.put(s.name(), executable.read(s.name()));
    return now;
  }

  static Tensor zeros(Value like, Map<String, Long> binding) {
    long[] dims = like.shape().bind(binding);
    return Tensor.zeros(like.dtype(), Arrays.stream(dims).mapToInt(Math::toIntExact).toArray());
  }
}
