package recurve.io.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Loop;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;
import recurve.onnx.proto.GraphProto;

/** Loops, and choices between graphs. */
final class Loops {
  private static final String STACKED = "how many results it stacks depends on its values";

  private Loops() {}

  static Map<String, Lowering> all() {
    return Map.of(
        "Scan", call -> call.opset() < 9 ? BatchScan.lower(call) : scan(call),
        "Loop", Loops::loop,
        "If", Loops::choose);
  }

  /** A body as a step of ours: its results for a carry and one step of each sequence. */
  record Body(Call call, GraphProto graph, List<ElementType> carries, List<ElementType> xs) {
    /** All results, of which the first are the next carry. */
    List<Item> results(List<Item> arguments) {
      return call.frame().body(graph, arguments).orElseThrow(Frame.Unfinished::new);
    }

    List<Item> arguments(List<Value> carry, List<Value> steps) {
      var arguments = new ArrayList<Item>();
      for (int i = 0; i < carry.size(); i++) {
        arguments.add(Item.of(carries.get(i), carry.get(i)));
      }
      for (int i = 0; i < steps.size(); i++) arguments.add(Item.of(xs.get(i), steps.get(i)));
      return arguments;
    }

    /** A state becomes what it was, but for its value. */
    static Value settled(Value next, Value now) {
      if (next.dtype() != now.dtype()) {
        throw new Refusal("a state of " + now.type() + " becomes one of " + next.type());
      }
      Fit.same(next.shape(), now.shape());
      return next;
    }
  }

  static ElementType type(Item item) {
    return switch (item) {
      case Item.Symbolic s -> s.type();
      case Item.Known k -> k.type();
      case Item.Dense d -> d.type();
      case Item.Absent a -> throw new Refusal("an argument is missing");
      case Item.Unread u -> throw new Frame.Unfinished();
    };
  }

  /**
   * The graph of a loop, which yields so many results at least: what it carries from turn to turn.
   */
  static GraphProto body(Call call, int carried) {
    GraphProto graph = call.graph("body");
    if (graph.getOutputCount() < carried) {
      throw new Refusal(
          "its body yields "
              + graph.getOutputCount()
              + " results, of "
              + carried
              + " that it must");
    }
    return graph;
  }

  // -- Scan

  private static List<Item> scan(Call call) {
    int sequences = Math.toIntExact(call.integer("num_scan_inputs", 0));
    int states = call.arity() - sequences;
    if (sequences < 1 || states < 0) throw new Refusal(sequences + " sequences");
    GraphProto graph = body(call, states);
    int ys = graph.getOutputCount() - states;
    List<Long> back = flags(call, "scan_input_directions", sequences);
    boolean reverse = back.stream().allMatch(b -> b == 1);
    var xs = new ArrayList<Value>();
    var xTypes = new ArrayList<ElementType>();
    List<Long> axes = flags(call, "scan_input_axes", sequences);
    for (int i = 0; i < sequences; i++) {
      Value x = call.value(states + i);
      Value steps = Build.move(x, Ints.axis(axes.get(i), x.rank()), 0);
      xs.add(reverse == (back.get(i) == 1) ? steps : Build.flip(steps, 0));
      xTypes.add(call.type(states + i));
      Fit.same(steps.dim(0), xs.get(0).dim(0));
    }
    var init = new ArrayList<Value>();
    var types = new ArrayList<ElementType>();
    for (int i = 0; i < states; i++) {
      init.add(call.value(i));
      types.add(call.type(i));
    }
    var body = new Body(call, graph, types, xTypes);
    var yTypes = new ArrayList<ElementType>();
    var loop = new Loop(xs.get(0).dim(0), reverse, Optional.empty());
    Loop.Result result =
        loop.run(init, xs, (carry, in) -> step(body, carry, body.arguments(carry, in), yTypes));
    var items = new ArrayList<Item>();
    for (int i = 0; i < states; i++) items.add(Item.of(types.get(i), result.carry().get(i)));
    List<Long> front = flags(call, "scan_output_directions", ys);
    List<Long> outAxes = flags(call, "scan_output_axes", ys);
    for (int i = 0; i < ys; i++) {
      Value y = result.ys().get(i);
      Value ordered = reverse == (front.get(i) == 1) ? y : Build.flip(y, 0);
      int axis = Ints.axis(outAxes.get(i), y.rank());
      items.add(Item.of(yTypes.get(i), Build.move(ordered, 0, axis)));
    }
    return items;
  }

  private static List<Long> flags(Call call, String name, int count) {
    List<Long> given =
        call.integers(name).orElse(java.util.Collections.nCopies(Math.max(0, count), 0L));
    if (given.size() != count) throw new Refusal(given.size() + " " + name + " for " + count);
    return given;
  }

  private static Loop.Trip step(
      Body body, List<Value> carry, List<Item> arguments, List<ElementType> yTypes) {
    List<Item> results = body.results(arguments);
    Reading reading = body.call().frame().reading();
    var next = new ArrayList<Value>();
    for (int i = 0; i < carry.size(); i++) {
      next.add(Body.settled(reading.value(results.get(i)), carry.get(i)));
    }
    var ys = new ArrayList<Value>();
    for (Item item : results.subList(carry.size(), results.size())) {
      ys.add(reading.value(item));
      yTypes.add(type(item));
    }
    return new Loop.Trip(next, ys);
  }

  // -- Loop

  /**
   * A loop of a known number of trips. If its body may end it early, the trips after that change
   * nothing.
   */
  private static List<Item> loop(Call call) {
    Dim trips = call.has(0) ? call.need(0).only() : Dim.of(Long.MAX_VALUE);
    if (trips.isNumber() && trips.number() > Integer.MAX_VALUE) {
      throw new Refusal("how often it turns depends on its values");
    }
    if (trips.isNumber() && trips.number() < 0) trips = Dim.ZERO;
    Optional<Value> condition =
        !call.has(1) || isTrue(call.item(1)) ? Optional.empty() : call.optional(1);
    int states = Math.max(0, call.arity() - 2);
    GraphProto graph = body(call, states + 1); // the condition comes first
    var init = new ArrayList<Value>();
    var types = new ArrayList<ElementType>();
    for (int i = 0; i < states; i++) {
      init.add(call.value(i + 2));
      types.add(call.type(i + 2));
    }
    boolean endless = endless(call, graph, init, types);
    boolean open = condition.isPresent() || !endless;
    int ys = graph.getOutputCount() - 1 - states;
    // we write so what has nothing more to say: the rest is constant, and looked at below
    boolean ended = open && ys > 0 && condition.isEmpty() && call.frame().reading().isOurs();
    boolean early = open && !ended;
    if (early && ys > 0) throw new Refusal(STACKED);
    if (early) {
      init.add(
          Build.reshape(condition.orElse(Ops.constant(1, DType.BOOL, Shape.SCALAR)), Shape.SCALAR));
    }
    var yTypes = new ArrayList<ElementType>();
    Value index = Ops.range(0, DType.I32, Shape.of(trips));
    Loop.Result result =
        Loop.of(trips)
            .run(
                init,
                List.of(index),
                (carry, in) -> turn(call, graph, types, carry, in.get(0), early, yTypes));
    if (ended && !ends(result.ys())) throw new Refusal(STACKED);
    var items = new ArrayList<Item>();
    for (int i = 0; i < states; i++) items.add(Item.of(types.get(i), result.carry().get(i)));
    for (int i = 0; i < ys; i++) items.add(Item.of(yTypes.get(i), result.ys().get(i)));
    return items;
  }

  private static boolean ends(List<Value> ys) {
    Node n = ys.get(0).node();
    List<Integer> all = IntStream.range(0, ys.size()).boxed().toList();
    return n.op() instanceof Op.Scan s && Ending.of(n, s, all).isPresent();
  }

  private static boolean isTrue(Item item) {
    if (item instanceof Item.Known k) return k.ints().size() == 1 && k.ints().only().is(1);
    return item instanceof Item.Symbolic s
        && s.value().op() instanceof Op.Constant c
        && c.value() != 0;
  }

  private static Item truth() {
    return Item.of(ElementType.BOOL, Ints.truth(true));
  }

  /** Whether a body that is told to go on says so itself. */
  private static boolean endless(
      Call call, GraphProto graph, List<Value> init, List<ElementType> types) {
    var arguments = new ArrayList<Item>();
    arguments.add(Item.of(ElementType.INT64, Ops.input("trip", DType.I32, Shape.SCALAR)));
    arguments.add(truth());
    for (int i = 0; i < init.size(); i++) {
      Value v = init.get(i);
      arguments.add(Item.of(types.get(i), Ops.input("state" + i, v.dtype(), v.shape())));
    }
    List<Item> results = call.frame().body(graph, arguments).orElseThrow(Frame.Unfinished::new);
    return isTrue(results.get(0));
  }

  private static Loop.Trip turn(
      Call call,
      GraphProto graph,
      List<ElementType> types,
      List<Value> carry,
      Value index,
      boolean early,
      List<ElementType> yTypes) {
    int states = types.size();
    var arguments = new ArrayList<Item>();
    arguments.add(Item.of(ElementType.INT64, index));
    arguments.add(early ? Item.of(ElementType.BOOL, carry.get(states)) : truth());
    for (int i = 0; i < states; i++) arguments.add(Item.of(types.get(i), carry.get(i)));
    List<Item> results = call.frame().body(graph, arguments).orElseThrow(Frame.Unfinished::new);
    Reading reading = call.frame().reading();
    var next = new ArrayList<Value>();
    for (int i = 0; i < states; i++) {
      Value now = carry.get(i);
      Value then = Body.settled(reading.value(results.get(i + 1)), now);
      next.add(early ? Build.where(carry.get(states), then, now) : then);
    }
    if (early) {
      Value goesOn = Build.reshape(reading.value(results.get(0)), Shape.SCALAR);
      Value alive = carry.get(states);
      next.add(alive.where(goesOn, alive.like(0)));
    }
    var ys = new ArrayList<Value>();
    for (Item item : results.subList(states + 1, results.size())) {
      ys.add(reading.value(item));
      yTypes.add(type(item));
    }
    return new Loop.Trip(next, ys);
  }

  // -- If

  /** The graph that a known condition chooses; else both, and a choice between their results. */
  private static List<Item> choose(Call call) {
    Optional<Ints> known = call.ints(0);
    if (known.isPresent() && known.get().isNumeric()) {
      boolean yes = !known.get().only().is(0);
      GraphProto graph = call.graph(yes ? "then_branch" : "else_branch");
      return call.frame().body(graph, List.of()).orElseThrow(Frame.Unfinished::new);
    }
    Value condition = Build.reshape(call.value(0), Shape.SCALAR);
    List<Item> yes = branch(call, "then_branch"), no = branch(call, "else_branch");
    if (yes.size() != no.size()) throw new Refusal("its graphs yield different numbers of results");
    var items = new ArrayList<Item>();
    Reading reading = call.frame().reading();
    for (int i = 0; i < yes.size(); i++) {
      Value a = reading.value(yes.get(i)), b = reading.value(no.get(i));
      if (a.rank() != b.rank()) {
        throw new Refusal(
            "its graphs yield " + a.type() + " and " + b.type() + ", and which is known as it runs",
            reading.inputsBehind(condition));
      }
      Fit.same(a.shape(), b.shape());
      items.add(Item.of(type(yes.get(i)), Build.where(condition, a, b)));
    }
    return items;
  }

  private static List<Item> branch(Call call, String name) {
    return call.frame().body(call.graph(name), List.of()).orElseThrow(Frame.Unfinished::new);
  }
}
