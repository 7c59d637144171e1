package recurve.backend.vector;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import recurve.ir.DType;

/**
 * Compiles a region to a hidden class: a method for whole vectors, one for what is left of a row.
 *
 * <p>Both are flat: a helper with vectors as parameters or results is compiled on its own, grows
 * over the limit for inlining, and then boxes every vector. Numbers that a row shares are computed
 * before its columns.
 */
final class RegionCompiler {
  private static final ClassDesc OBJECTS = CD_Object.arrayType();
  private static final ClassDesc INDICES = CD_int.arrayType();
  private static final MethodTypeDesc RUN =
      MethodTypeDesc.of(CD_void, OBJECTS, INDICES, INDICES, CD_int, CD_int);
  // ..., rows, first column, last column
  private static final MethodTypeDesc PART =
      MethodTypeDesc.of(CD_void, OBJECTS, INDICES, INDICES, CD_int, CD_int, CD_int);
  private static final String WHOLE = "vectors", REST = "rest";
  private static final int CHAINS = 4, SHORT = 12;

  private final Region region;

  private RegionCompiler(Region region) {
    this.region = region;
  }

  static Kernel compile(Region region) {
    return Emit.define(Kernel.class, bytes(region));
  }

  /** What a region's class is called: the same in every run. */
  static String name(Region region) {
    return String.format(Locale.ROOT, "Region%08x", region.toString().hashCode());
  }

  /** The class file of a region. */
  static byte[] bytes(Region region) {
    var methods = new LinkedHashMap<String, Emit.Method>();
    var compiler = new RegionCompiler(region);
    String name = name(region);
    ClassDesc self = Emit.self(name);
    methods.put("run", new Emit.Method(RUN, false, code -> compiler.run(code, self)));
    methods.put(WHOLE, new Emit.Method(PART, true, code -> compiler.new Part(code, false).emit()));
    methods.put(REST, new Emit.Method(PART, true, code -> compiler.new Part(code, true).emit()));
    return Emit.bytes(Kernel.class, name, methods);
  }

  /** Whole vectors first, then the rest: of a row shorter than a vector, only the rest. */
  private void run(CodeBuilder code, ClassDesc self) {
    int arrays = 1, at = 2, strides = 3, rows = 4, columns = 5, whole = 6;
    Label noWhole = code.newLabel(), noRest = code.newLabel(), rest = code.newLabel();
    code.iload(columns).loadConstant(-Lanes.COUNT).iand().istore(whole);
    code.iload(whole).ifeq(rest);
    code.aload(arrays).aload(at).aload(strides).iload(rows).loadConstant(0).iload(whole);
    code.invokestatic(self, WHOLE, PART);
    code.iload(whole).iload(columns).if_icmpge(noRest);
    code.labelBinding(rest);
    code.aload(arrays).aload(at).aload(strides).iload(rows).iload(whole).iload(columns);
    code.invokestatic(self, REST, PART);
    code.labelBinding(noRest).labelBinding(noWhole).return_();
  }

  /** One of the two methods: a loop over rows and, for whole vectors, over columns in it. */
  private final class Part {
    private static final int ARRAYS = 0, AT = 1, STRIDES = 2, ROWS = 3, FROM = 4, TO = 5;

    private final CodeBuilder code;
    private final boolean masked;
    private final Activations math;
    private final Truths truths;
    private final int slots = region.slots().size();
    private final int[] array = new int[slots];
    private final int[] place = new int[slots];
    private final int[] value = new int[region.exprs().size()];
    private final int[] uses = new int[region.exprs().size()];
    private final boolean[] rowOnly = new boolean[region.exprs().size()];
    private final Map<Integer, int[]> sums = new LinkedHashMap<>(); // store -> accumulators
    private final int unroll; // columns in a trip, in vectors
    private int row, column, mask, intMask;

    Part(CodeBuilder code, boolean masked) {
      this.code = code;
      this.masked = masked;
      this.math = new Activations(code);
      this.truths = new Truths(code);
      // short regions wait for their sums: several chains of them hide the latency
      boolean waits = region.reduces() && region.exprs().size() <= SHORT;
      this.unroll = waits && !masked ? CHAINS : 1;
    }

    void emit() {
      analyse();
      for (int s = 0; s < slots; s++) {
        Region.Slot slot = region.slots().get(s);
        place[s] = code.allocateLocal(TypeKind.INT);
        code.aload(AT).loadConstant(s).iaload().istore(place[s]);
        if (slot.index()) continue;
        array[s] = code.allocateLocal(TypeKind.REFERENCE);
        code.aload(ARRAYS).loadConstant(s).aaload();
        code.checkcast(Emit.array(slot.dtype())).astore(array[s]);
      }
      row = code.allocateLocal(TypeKind.INT);
      column = code.allocateLocal(TypeKind.INT);
      if (masked) masks();
      for (int e = 0; e < value.length; e++) {
        if (region.exprs().get(e) instanceof Region.Const c) constant(e, c);
      }
      math.prepare(region);
      rows();
      code.return_();
    }

    private void analyse() {
      List<Region.Expr> exprs = region.exprs();
      for (int e = 0; e < exprs.size(); e++) {
        rowOnly[e] =
            switch (exprs.get(e)) {
              case Region.Const c -> true;
              case Region.Load l -> region.slots().get(l.slot()).across() == Region.Across.STAYS;
              case Region.Apply a -> a.args().stream().allMatch(i -> rowOnly[i]);
            };
        if (exprs.get(e) instanceof Region.Apply a) for (int i : a.args()) uses[i]++;
      }
      for (Region.Store s : region.stores()) uses[s.expr()]++;
    }

    private void masks() {
      mask = code.allocateLocal(TypeKind.REFERENCE);
      Emit.species(code).iload(FROM).iload(TO);
      Emit.indexInRange(code).astore(mask);
      intMask = code.allocateLocal(TypeKind.REFERENCE);
      code.aload(mask);
      Emit.castMask(code, DType.I32).astore(intMask);
    }

    private void constant(int e, Region.Const c) {
      switch (c.dtype()) {
        case F32 -> {
          Emit.species(code).loadConstant((float) c.value());
          Emit.broadcast(code);
        }
        case I32 -> {
          Emit.intSpecies(code).loadConstant((int) c.value());
          Emit.broadcastInt(code);
        }
        case BOOL -> {
          Emit.species(code).loadConstant(c.value() != 0 ? 1 : 0);
          Emit.maskAll(code);
        }
        case F64 -> throw new IllegalStateException("doubles are not compiled");
      }
      keep(e);
    }

    private void keep(int e) {
      value[e] = code.allocateLocal(TypeKind.REFERENCE);
      code.astore(value[e]);
    }

    private void rows() {
      Label next = code.newLabel(), done = code.newLabel();
      code.loadConstant(0).istore(row);
      code.labelBinding(next).iload(row).iload(ROWS).if_icmpge(done);
      for (int e = 0; e < value.length; e++) {
        if (rowOnly[e] && !(region.exprs().get(e) instanceof Region.Const)) compute(e);
      }
      for (int s = 0; s < region.stores().size(); s++) {
        if (region.stores().get(s).fate() != Region.Fate.WRITTEN) {
          var chains = new int[unroll];
          for (int u = 0; u < unroll; u++) {
            neutral(region.stores().get(s));
            chains[u] = code.allocateLocal(TypeKind.REFERENCE);
            code.astore(chains[u]);
          }
          sums.put(s, chains);
        }
      }
      if (masked) {
        code.iload(FROM).istore(column);
        columns(0);
      } else {
        code.loadConstant(0).istore(column);
        if (unroll > 1) loop(unroll);
        loop(1);
      }
      sums.forEach((s, chains) -> finish(region.stores().get(s), chains));
      for (int s = 0; s < slots; s++) {
        code.iload(place[s]).aload(STRIDES).loadConstant(s).iaload().iadd().istore(place[s]);
      }
      code.iinc(row, 1).goto_(next).labelBinding(done);
    }

    /** Columns from where the last loop stopped, so many vectors in a trip. */
    private void loop(int vectors) {
      Label loop = code.newLabel(), end = code.newLabel();
      code.labelBinding(loop).iload(column);
      if (vectors > 1) code.loadConstant((vectors - 1) * Lanes.COUNT).iadd();
      code.iload(TO).if_icmpge(end);
      for (int chain = 0; chain < vectors; chain++) {
        columns(chain);
        code.iinc(column, Lanes.COUNT);
      }
      code.goto_(loop).labelBinding(end);
    }

    private void columns(int chain) {
      for (int e = 0; e < value.length; e++) if (!rowOnly[e]) compute(e);
      for (int s = 0; s < region.stores().size(); s++) {
        Region.Store store = region.stores().get(s);
        int[] chains = sums.get(s);
        if (chains != null) {
          accumulate(store, chains[chain]);
        } else {
          write(store);
        }
      }
    }

    // -- expressions

    private void compute(int e) {
      switch (region.exprs().get(e)) {
        case Region.Const c -> throw new IllegalStateException("computed before all rows");
        case Region.Load(int slot, DType type) -> load(slot, type);
        case Region.Apply apply -> {
          if (isFused(apply)) return; // its only user multiplies and adds at once
          apply(apply);
        }
      }
      keep(e);
    }

    private void load(int slot, DType type) {
      Region.Slot s = region.slots().get(slot);
      boolean varies = s.across() == Region.Across.VARIES;
      if (s.index()) {
        Emit.intSpecies(code).iload(place[slot]);
        if (varies) code.iload(column).iadd();
        Emit.broadcastInt(code);
        if (varies) Emit.addIota(code);
        if (type == DType.F32) Emit.toFloats(code);
        return;
      }
      if (type == DType.BOOL) {
        if (!varies) truths.loadOne(array[slot], place[slot]);
        else if (masked) truths.loadRest(array[slot], place[slot], FROM, TO);
        else truths.load(array[slot], place[slot], column);
        return;
      }
      boolean floats = type == DType.F32;
      if (floats) Emit.species(code);
      else Emit.intSpecies(code);
      code.aload(array[slot]).iload(place[slot]);
      if (!varies) {
        if (floats) Emit.broadcast(code.faload());
        else Emit.broadcastInt(code.iaload());
        return;
      }
      code.iload(column).iadd();
      if (masked) code.aload(floats ? mask : intMask);
      Emit.load(code, type, masked);
    }

    /** Whether a product is part of a fused multiply-add and needs no value of its own. */
    private boolean isFused(Region.Apply product) {
      int e = region.exprs().indexOf(product);
      if (!Region.isFloatProduct(product) || uses[e] != 1) return false;
      for (int u = e + 1; u < value.length; u++) {
        if (region.exprs().get(u) instanceof Region.Apply sum && sum.args().contains(e)) {
          return Region.isFloatSum(sum) && fusedArg(sum) == e && rowOnly[u] == rowOnly[e];
        }
      }
      return false;
    }

    /** The argument of a sum that is a product used nowhere else; -1 if none is. */
    private int fusedArg(Region.Apply sum) {
      for (int arg : sum.args()) {
        boolean product =
            region.exprs().get(arg) instanceof Region.Apply p && Region.isFloatProduct(p);
        if (product && uses[arg] == 1 && rowOnly[arg] == isRowOnly(sum)) return arg;
      }
      return -1;
    }

    private boolean isRowOnly(Region.Apply apply) {
      return apply.args().stream().allMatch(i -> rowOnly[i]);
    }

    private void apply(Region.Apply apply) {
      List<Integer> in = new ArrayList<>(apply.args());
      if (Region.isFloatSum(apply)) {
        int product = fusedArg(apply);
        if (product >= 0) {
          in.remove((Integer) product);
          Region.Apply p = (Region.Apply) region.exprs().get(product);
          for (int factor : p.args()) code.aload(value[factor]);
          code.aload(value[in.get(0)]);
          Emit.fma(code);
          return;
        }
      }
      DType type = region.exprs().get(in.getLast()).dtype();
      for (int arg : in) code.aload(value[arg]);
      math.apply(apply.op(), type, apply.dtype());
    }

    // -- what leaves the row

    private void write(Region.Store store) {
      int slot = store.slot();
      DType type = region.slots().get(slot).dtype();
      code.aload(value[store.expr()]);
      if (type == DType.BOOL) {
        if (masked) truths.storeRest(array[slot], place[slot], FROM, TO);
        else truths.store(array[slot], place[slot], column);
        return;
      }
      code.aload(array[slot]).iload(place[slot]).iload(column).iadd();
      if (masked) code.aload(type == DType.F32 ? mask : intMask);
      Emit.store(code, type, masked);
    }

    private void neutral(Region.Store store) {
      boolean sum = store.fate() == Region.Fate.SUMMED;
      if (region.slots().get(store.slot()).dtype() == DType.F32) {
        Emit.species(code).loadConstant(sum ? 0f : Float.NEGATIVE_INFINITY);
        Emit.broadcast(code);
      } else {
        Emit.intSpecies(code).loadConstant(sum ? 0 : Integer.MIN_VALUE);
        Emit.broadcastInt(code);
      }
    }

    private void accumulate(Region.Store store, int sum) {
      DType type = region.slots().get(store.slot()).dtype();
      code.aload(sum);
      if (masked) {
        // lanes past the end must not count
        neutral(store);
        code.aload(value[store.expr()]).aload(type == DType.F32 ? mask : intMask);
        Emit.blend(code, type);
      } else {
        code.aload(value[store.expr()]);
      }
      Emit.binary(code, type, store.fate() == Region.Fate.SUMMED ? "add" : "max");
      code.astore(sum);
    }

    /** Folds the lanes, and what the whole vectors of this row gave before. */
    private void finish(Region.Store store, int[] chains) {
      boolean adds = store.fate() == Region.Fate.SUMMED;
      boolean floats = region.slots().get(store.slot()).dtype() == DType.F32;
      int sum = chains[0];
      for (int u = 1; u < chains.length; u++) {
        code.aload(sum).aload(chains[u]);
        Emit.binary(code, floats ? DType.F32 : DType.I32, adds ? "add" : "max").astore(sum);
      }
      code.aload(array[store.slot()]).iload(place[store.slot()]);
      code.aload(sum);
      Emit.fold(code, floats ? DType.F32 : DType.I32, adds, sum);
      if (masked) {
        Label first = code.newLabel();
        code.iload(FROM).ifeq(first);
        code.aload(array[store.slot()]).iload(place[store.slot()]);
        if (floats) code.faload();
        else code.iaload();
        Emit.combine(code, floats ? DType.F32 : DType.I32, adds);
        code.labelBinding(first);
      }
      if (floats) code.fastore();
      else code.iastore();
    }
  }
}
