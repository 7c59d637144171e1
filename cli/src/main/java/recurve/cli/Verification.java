package recurve.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import recurve.backend.Backend;
import recurve.backend.CompileOptions;
import recurve.backend.Executable;
import recurve.backend.UnsupportedGraphException;
import recurve.io.onnx.OnnxException;
import recurve.io.onnx.OnnxExport;
import recurve.io.onnx.OnnxImport;
import recurve.ir.Graph;
import recurve.ir.Tensor;

/**
 * Runs an imported model on our backends and compares what they give with what others give.
 *
 * @param worst by judge and backend, the largest difference, of the larger of one and the number
 * @param refused by backend, why it could not run
 */
record Verification(Map<String, Double> worst, Map<String, String> refused) {

  /** Outputs that somebody else gives, by name. */
  record Judge(String name, Map<String, Tensor> outputs) {}

  static Verification of(
      OnnxImport model, List<Backend> backends, Map<String, Tensor> inputs, List<Judge> judges) {
    var worst = new LinkedHashMap<String, Double>();
    var refused = new LinkedHashMap<String, String>();
    for (Backend backend : backends) {
      Map<String, Tensor> ours;
      try {
        ours = run(model, backend, inputs);
      } catch (UnsupportedGraphException e) {
        refused.put(backend.name(), OneLine.of(e));
        continue;
      }
      for (Judge judge : judges) {
        double difference = difference(model.graph(), ours, judge);
        worst.merge(backend.name() + " and " + judge.name, difference, Math::max);
      }
    }
    return new Verification(worst, refused);
  }

  /** One that cannot run it. */
  static Verification refused(String name, OnnxException why) {
    return new Verification(Map.of(), Map.of(name, OneLine.of(why)));
  }

  private static Map<String, Tensor> run(
      OnnxImport model, Backend backend, Map<String, Tensor> inputs) {
    try (Executable run = backend.compile(model.graph(), CompileOptions.threads(1))) {
      model.weights().forEach(run::write);
      for (var in : model.graph().inputs()) {
        String name = Graph.nameOf(in);
        Tensor value = inputs.get(name);
        if (model.weights().containsKey(name)) continue;
        if (value == null) throw new OnnxException("input '" + name + "' has no value");
        run.write(name, value.cast(in.dtype()));
      }
      run.run();
      var outputs = new LinkedHashMap<String, Tensor>();
      model.outputs().forEach((name, type) -> outputs.put(name, type.round(run.read(name))));
      return outputs;
    }
  }

  private static double difference(Graph graph, Map<String, Tensor> ours, Judge judge) {
    double worst = 0;
    Set<String> early = OnnxExport.endingEarly(graph);
    for (var output : judge.outputs.entrySet()) {
      Tensor a = ours.get(output.getKey());
      if (a == null) continue; // one that the judge alone has
      Tensor b = output.getValue();
      if (early.contains(output.getKey())) a = cut(a, b);
      if (!Arrays.equals(a.dims(), b.dims())) {
        throw new Failure(
            Exit.BAD_DATA,
            "output '" + output.getKey() + "' is " + a + " here, and " + b + " by " + judge.name);
      }
      worst = Math.max(worst, difference(a, b));
    }
    return worst;
  }

  /** As much as the other has, of a loop that may have ended earlier: if the rest is constant. */
  private static Tensor cut(Tensor a, Tensor b) {
    if (a.rank() != b.rank() || a.dim(0) <= b.dim(0)) return a;
    Tensor cut = a.first(b.dim(0));
    for (int i = cut.size(); i < a.size(); i++) if (a.at(i) != a.at(cut.size())) return a;
    return cut;
  }

  /** The largest difference, infinite where one is no number and the other is. */
  static double difference(Tensor a, Tensor b) {
    double worst = 0;
    for (int i = 0; i < b.size(); i++) {
      double x = a.at(i), y = b.at(i);
      if (x == y || (Double.isNaN(x) && Double.isNaN(y))) continue;
      double off = Math.abs(x - y) / Math.max(1, Math.abs(y));
      worst = Double.isNaN(off) ? Double.POSITIVE_INFINITY : Math.max(worst, off);
    }
    return worst;
  }

  /** Both findings together. */
  Verification and(Verification other) {
    var all = new LinkedHashMap<>(worst);
    other.worst.forEach((name, w) -> all.merge(name, w, Math::max));
    var reasons = new LinkedHashMap<>(refused);
    reasons.putAll(other.refused);
    return new Verification(all, reasons);
  }

  boolean agrees(double tolerance) {
    return !worst.isEmpty() && worst.values().stream().allMatch(w -> w <= tolerance);
  }

  /** A line for each comparison. */
  List<String> lines(double tolerance) {
    var lines = new ArrayList<String>();
    worst.forEach(
        (name, w) ->
            lines.add(
                String.format(
                    java.util.Locale.ROOT,
                    "%s: largest difference %.2g, %s",
                    name,
                    w,
                    w <= tolerance ? "they agree" : "THEY DIFFER")));
    refused.forEach((name, why) -> lines.add(name + " cannot run it: " + why));
    return lines;
  }
}
