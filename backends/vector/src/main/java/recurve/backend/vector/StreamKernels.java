package recurve.backend.vector;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import recurve.backend.WeightType;
import recurve.ir.DType;

/**
 * Generates the kernels of {@link Streamed}: a row times some streams, for each way in which
 * numbers are kept.
 *
 * <p>They are flat, as the just-in-time compiler wants them, and differ in how many vectors of sums
 * they have and in how a vector of weights becomes floats.
 */
final class StreamKernels {
  /** Vectors of sums of the largest kernel: their chains fill the pipelines. */
  private static final int SUMS = 8;

  // as in Tiles: without a loop around the loop over k the sums end up in memory
  private static final int STRIP = 1000;

  private static final MethodTypeDesc TYPE =
      MethodTypeDesc.of(
          CD_void, CD_int, Emit.FLOATS, CD_int, CD_Object, CD_int, Emit.FLOATS, CD_int);

  private static final ClassDesc MATH = ClassDesc.of("java.lang.Math");
  private static final MethodTypeDesc MINIMUM = MethodTypeDesc.of(CD_int, CD_int, CD_int);

  // arguments, then locals; slot 0 is this
  private static final int DEPTH = 1, A = 2, AO = 3, B = 4, BO = 5, C = 6, CO = 7;
  private static final int NEXT = 8, END = 9, K = 10, AT = 11, X = 12, SUM = 13;

  private static final Map<WeightType, List<Kernel>> MADE = new EnumMap<>(WeightType.class);

  private StreamKernels() {}

  /** A row times streams that lie one behind the other. */
  interface Kernel {
    /**
     * {@code c[j] = sum over k of a[k] b[k][j]} for all columns of the streams.
     *
     * @param depth how many k
     * @param a from {@code ao} on, contiguous
     * @param b an array of what numbers are kept as; the first stream from {@code bo} on
     * @param c from {@code co} on, as many floats as the streams have columns
     */
    void run(int depth, float[] a, int ao, Object b, int bo, float[] c, int co);
  }

  /** How many vectors wide a stream is. */
  static int vectors(WeightType type) {
    // bytes are so few that they are in a cache, where several streams are slower
    return type == WeightType.INT8 ? SUMS : SUMS / 4;
  }

  /** The kernels for one stream, two, and so on. */
  static synchronized List<Kernel> of(WeightType type) {
    return MADE.computeIfAbsent(
        type, t -> kinds(t).stream().map(k -> Emit.define(Kernel.class, k.bytes())).toList());
  }

  /** The kernels' class files, by name. */
  static Map<String, byte[]> classes() {
    var classes = new LinkedHashMap<String, byte[]>();
    for (WeightType type : WeightType.values()) {
      for (Kind kind : kinds(type)) classes.put(kind.name(), kind.bytes());
    }
    return classes;
  }

  private static List<Kind> kinds(WeightType type) {
    int most = SUMS / vectors(type);
    return IntStream.rangeClosed(1, most).mapToObj(n -> new Kind(type, n)).toList();
  }

  private record Kind(WeightType type, int streams) {
    String name() {
      return "Stream" + streams + "x" + type;
    }

    byte[] bytes() {
      var method = new Emit.Method(TYPE, false, code -> body(code, this));
      return Emit.bytes(Kernel.class, name(), Map.of("run", method));
    }
  }

  private static void body(CodeBuilder code, Kind kind) {
    int vectors = vectors(kind.type), sums = kind.streams * vectors;
    int width = vectors * Lanes.COUNT; // of a stream
    code.aload(B).checkcast(Emit.array(kind.type)).astore(B);
    code.iload(DEPTH).loadConstant(width).imul().istore(NEXT);
    for (int i = 0; i < sums; i++) Emit.zero(code, DType.F32).astore(SUM + i);
    Label strip = code.newLabel(), loop = code.newLabel(), done = code.newLabel();
    code.loadConstant(0).istore(K);
    code.labelBinding(strip).iload(K).iload(DEPTH).if_icmpge(done);
    code.iload(DEPTH).iload(K).loadConstant(STRIP).iadd();
    code.invokestatic(MATH, "min", MINIMUM).istore(END);
    code.labelBinding(loop).iload(K).iload(END).if_icmpge(strip);
    Emit.species(code).aload(A).iload(AO).iload(K).iadd().faload();
    Emit.broadcast(code).astore(X);
    code.iload(BO).iload(K).loadConstant(width).imul().iadd().istore(AT);
    for (int i = 0; i < sums; i++) {
      Emit.species(code, kind.type).aload(B).iload(AT);
      for (int s = 0; s < i / vectors; s++) code.iload(NEXT).iadd();
      code.loadConstant(i % vectors * Lanes.COUNT).iadd();
      Emit.load(code, kind.type).aload(X).aload(SUM + i);
      Emit.fma(code).astore(SUM + i);
    }
    code.iinc(K, 1).goto_(loop).labelBinding(done);
    for (int i = 0; i < sums; i++) {
      code.aload(SUM + i).aload(C).iload(CO).loadConstant(i * Lanes.COUNT).iadd();
      Emit.store(code);
    }
    code.return_();
  }
}
