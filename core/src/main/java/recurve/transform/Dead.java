package recurve.transform;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Value;

/**
 * Removes what no output depends on: outputs of loops that nobody reads, carries that only feed
 * themselves, and the arguments that only those read.
 */
final class Dead {
  /** The parts of a loop that are alive, by position. */
  private record Alive(List<Integer> inputs, List<Integer> outputs, int consts, int carries) {}

  private Dead() {}

  static Graph apply(Graph g) {
    var loops = new HashMap<Node, Alive>();
    var read = new HashSet<>(g.outputs());
    for (Node n : g.nodes().reversed()) {
      if (n.outputs().stream().noneMatch(read::contains)) continue;
      if (n.op() instanceof Op.Scan s) {
        Alive alive = alive(n, s, read);
        loops.put(n, alive);
        for (int i : alive.inputs()) read.add(n.input(i));
        if (s.lengths()) read.add(n.inputs().getLast());
      } else {
        read.addAll(n.inputs());
      }
    }
    return Walk.nodes(
        g,
        (n, args) -> {
          if (!(n.op() instanceof Op.Scan s)) return Walk.same(n, args);
          // a loop that nothing reads is not rebuilt: what it reads is gone too
          Alive alive = loops.get(n);
          return alive == null ? n.outputs() : rebuild(n, s, args, alive);
        });
  }

  private static Alive alive(Node n, Op.Scan s, Set<Value> read) {
    List<Value> inputs = s.body().inputs(), outputs = s.body().outputs();
    var carries = new HashSet<Integer>();
    var roots = new ArrayList<Value>();
    for (int i = 0; i < outputs.size(); i++) {
      if (!read.contains(n.outputs().get(i))) continue;
      roots.add(outputs.get(i));
      if (i < s.carries()) carries.add(i);
    }
    var reached = new HashSet<Value>();
    boolean grew = true;
    while (grew) {
      grew = false;
      reached.clear();
      for (Node m : Graph.nodes(roots)) reached.addAll(m.outputs());
      for (int i = 0; i < s.carries(); i++) {
        if (reached.contains(inputs.get(s.consts() + i)) && carries.add(i)) {
          roots.add(outputs.get(i));
          grew = true;
        }
      }
    }
    var in = new ArrayList<Integer>();
    int consts = 0;
    for (int i = 0; i < inputs.size(); i++) {
      boolean carry = i >= s.consts() && i < s.consts() + s.carries();
      if (carry ? carries.contains(i - s.consts()) : reached.contains(inputs.get(i))) {
        in.add(i);
        if (i < s.consts()) consts++;
      }
    }
    var out = new ArrayList<Integer>();
    for (int i = 0; i < outputs.size(); i++) {
      if (i < s.carries() ? carries.contains(i) : read.contains(n.outputs().get(i))) out.add(i);
    }
    return new Alive(in, out, consts, carries.size());
  }

  private static List<Value> rebuild(Node n, Op.Scan s, List<Value> args, Alive alive) {
    List<Value> in = alive.inputs().stream().map(s.body().inputs()::get).toList();
    List<Value> out = alive.outputs().stream().map(s.body().outputs()::get).toList();
    Graph body = apply(new Graph(in, out));
    var op =
        new Op.Scan(body, alive.consts(), alive.carries(), s.length(), s.reverse(), s.lengths());
    var kept = new ArrayList<>(alive.inputs().stream().map(args::get).toList());
    if (s.lengths()) kept.add(args.getLast());
    boolean same =
        out.size() == n.outputs().size()
            && kept.equals(n.inputs())
            && body.outputs().equals(s.body().outputs());
    Node now = same ? n : n.with(op, kept);
    Map<Integer, Value> results = new HashMap<>();
    for (int i = 0; i < out.size(); i++) {
      results.put(alive.outputs().get(i), now.outputs().get(i));
    }
    // an output that died is read by nobody; the old one holds its place
    var all = new ArrayList<Value>();
    for (int i = 0; i < n.outputs().size(); i++) {
      all.add(results.getOrDefault(i, n.outputs().get(i)));
    }
    return all;
  }
}
