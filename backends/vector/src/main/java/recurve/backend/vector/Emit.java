package recurve.backend.vector;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_byte;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_short;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.util.Map;
import java.util.function.Consumer;
import recurve.backend.WeightType;
import recurve.ir.DType;

/** The calls of the Vector API as generated code spells them, and the making of hidden classes. */
final class Emit {
  static final ClassDesc FLOATS = CD_float.arrayType();
  static final ClassDesc INTS = CD_int.arrayType();
  private static final ClassDesc BOOLEANS = CD_boolean.arrayType();
  private static final ClassDesc SHORTS = CD_short.arrayType();
  private static final ClassDesc BYTES = CD_byte.arrayType();

  private static final ClassDesc LANES = Lanes.class.describeConstable().orElseThrow();
  private static final ClassDesc VECTOR = api("Vector");
  private static final ClassDesc FLOAT_VECTOR = api("FloatVector");
  private static final ClassDesc INT_VECTOR = api("IntVector");
  private static final ClassDesc SHORT_VECTOR = api("ShortVector");
  private static final ClassDesc BYTE_VECTOR = api("ByteVector");
  static final ClassDesc MASK = api("VectorMask");
  static final ClassDesc SHUFFLE = api("VectorShuffle");
  private static final ClassDesc SPECIES = api("VectorSpecies");
  private static final ClassDesc OPERATORS = api("VectorOperators");
  private static final ClassDesc BINARY = OPERATORS.nested("Binary");
  private static final ClassDesc ASSOCIATIVE = OPERATORS.nested("Associative");
  private static final ClassDesc COMPARISON = OPERATORS.nested("Comparison");
  private static final ClassDesc CONVERSION = OPERATORS.nested("Conversion");

  private Emit() {}

  private static ClassDesc api(String name) {
    return ClassDesc.of("jdk.incubator.vector", name);
  }

  private static ClassDesc owner(DType type) {
    return type == DType.F32 ? FLOAT_VECTOR : INT_VECTOR;
  }

  /** The type of arrays of a type's elements. */
  static ClassDesc array(DType type) {
    return switch (type) {
      case F32 -> FLOATS;
      case I32 -> INTS;
      case BOOL -> BOOLEANS;
      case F64 -> throw new IllegalStateException("doubles are not compiled");
    };
  }

  /** The type of arrays in which weights are kept. */
  static ClassDesc array(WeightType type) {
    return switch (type) {
      case F32 -> FLOATS;
      case BF16 -> SHORTS;
      case INT8 -> BYTES;
    };
  }

  private static MethodTypeDesc type(ClassDesc result, ClassDesc... parameters) {
    return MethodTypeDesc.of(result, parameters);
  }

  // -- species: static finals, so constants to the just-in-time compiler

  static CodeBuilder species(CodeBuilder code) {
    return code.getstatic(LANES, "FLOATS", SPECIES);
  }

  static CodeBuilder intSpecies(CodeBuilder code) {
    return code.getstatic(LANES, "INTS", SPECIES);
  }

  /** The species of a vector of weights. */
  static CodeBuilder species(CodeBuilder code, WeightType type) {
    return switch (type) {
      case F32 -> species(code);
      case BF16 -> code.getstatic(LANES, "SHORTS", SPECIES);
      case INT8 -> code.getstatic(LANES, "BYTES", SPECIES);
    };
  }

  // -- memory

  /** (species, array, index) to vector. */
  static CodeBuilder load(CodeBuilder code) {
    return load(code, DType.F32, false);
  }

  /** (species, array, index, mask?) to vector. */
  static CodeBuilder load(CodeBuilder code, DType type, boolean masked) {
    ClassDesc v = owner(type), array = array(type);
    var signature =
        masked ? type(v, SPECIES, array, CD_int, MASK) : type(v, SPECIES, array, CD_int);
    return code.invokestatic(v, "fromArray", signature);
  }

  /** (species, array of weights, index) to floats. */
  static CodeBuilder load(CodeBuilder code, WeightType type) {
    if (type == WeightType.F32) return load(code);
    if (type == WeightType.INT8) {
      code.invokestatic(BYTE_VECTOR, "fromArray", type(BYTE_VECTOR, SPECIES, BYTES, CD_int));
      species(code.getstatic(OPERATORS, "B2F", CONVERSION)).loadConstant(0);
      return convertShape(code, BYTE_VECTOR).checkcast(FLOAT_VECTOR);
    }
    // the upper halves of floats: shifted up, they are floats
    code.invokestatic(SHORT_VECTOR, "fromArray", type(SHORT_VECTOR, SPECIES, SHORTS, CD_int));
    intSpecies(code.getstatic(OPERATORS, "ZERO_EXTEND_S2I", CONVERSION)).loadConstant(0);
    convertShape(code, SHORT_VECTOR).checkcast(INT_VECTOR);
    code.getstatic(OPERATORS, "LSHL", BINARY).loadConstant(16);
    code.invokevirtual(INT_VECTOR, "lanewise", type(INT_VECTOR, BINARY, CD_int));
    return code.invokevirtual(INT_VECTOR, "reinterpretAsFloats", type(FLOAT_VECTOR));
  }

  private static CodeBuilder convertShape(CodeBuilder code, ClassDesc from) {
    return code.invokevirtual(from, "convertShape", type(VECTOR, CONVERSION, SPECIES, CD_int));
  }

  /** (vector, array, index) to nothing. */
  static CodeBuilder store(CodeBuilder code) {
    return store(code, DType.F32, false);
  }

  /** (vector, array, index, mask?) to nothing. */
  static CodeBuilder store(CodeBuilder code, DType type, boolean masked) {
    ClassDesc array = array(type);
    var signature = masked ? type(CD_void, array, CD_int, MASK) : type(CD_void, array, CD_int);
    return code.invokevirtual(owner(type), "intoArray", signature);
  }

  /** (species, float) to vector. */
  static CodeBuilder broadcast(CodeBuilder code) {
    return code.invokestatic(FLOAT_VECTOR, "broadcast", type(FLOAT_VECTOR, SPECIES, CD_float));
  }

  /** (int species, int) to vector. */
  static CodeBuilder broadcastInt(CodeBuilder code) {
    return code.invokestatic(INT_VECTOR, "broadcast", type(INT_VECTOR, SPECIES, CD_int));
  }

  static CodeBuilder zero(CodeBuilder code, DType type) {
    return type == DType.F32
        ? broadcast(species(code).loadConstant(0f))
        : broadcastInt(intSpecies(code).loadConstant(0));
  }

  static CodeBuilder one(CodeBuilder code, DType type) {
    return type == DType.F32
        ? broadcast(species(code).loadConstant(1f))
        : broadcastInt(intSpecies(code).loadConstant(1));
  }

  /** (int vector) to itself plus 0, 1, 2... */
  static CodeBuilder addIota(CodeBuilder code) {
    code.getstatic(LANES, "IOTA", INT_VECTOR);
    return binary(code, DType.I32, "add");
  }

  // -- arithmetic

  /** (a, b, c) to a * b + c. */
  static CodeBuilder fma(CodeBuilder code) {
    return code.invokevirtual(FLOAT_VECTOR, "fma", type(FLOAT_VECTOR, VECTOR, VECTOR));
  }

  /** (vector) to vector, by a method of its name. */
  static CodeBuilder unary(CodeBuilder code, DType type, String name) {
    return code.invokevirtual(owner(type), name, type(owner(type)));
  }

  /** (a, b) to vector, by a method of its name. */
  static CodeBuilder binary(CodeBuilder code, DType type, String name) {
    return code.invokevirtual(owner(type), name, type(owner(type), VECTOR));
  }

  /** (int vector) to floats. */
  static CodeBuilder toFloats(CodeBuilder code) {
    return convert(code, "I2F", INT_VECTOR, FLOAT_VECTOR);
  }

  /** (float vector) to ints, towards zero. */
  static CodeBuilder toInts(CodeBuilder code) {
    return convert(code, "F2I", FLOAT_VECTOR, INT_VECTOR);
  }

  private static CodeBuilder convert(CodeBuilder code, String how, ClassDesc from, ClassDesc to) {
    code.getstatic(OPERATORS, how, CONVERSION).loadConstant(0);
    return code.invokevirtual(from, "convert", type(VECTOR, CONVERSION, CD_int)).checkcast(to);
  }

  /** (y, n + 1.5 * 2^23) to y * 2^n, by adding n to the exponent. */
  static CodeBuilder scaleByPower(CodeBuilder code) {
    int mantissaBits = 23;
    code.invokevirtual(FLOAT_VECTOR, "reinterpretAsInts", type(INT_VECTOR));
    code.getstatic(OPERATORS, "LSHL", BINARY).loadConstant(mantissaBits);
    code.invokevirtual(INT_VECTOR, "lanewise", type(INT_VECTOR, BINARY, CD_int));
    code.swap().invokevirtual(FLOAT_VECTOR, "reinterpretAsInts", type(INT_VECTOR));
    binary(code, DType.I32, "add");
    return code.invokevirtual(INT_VECTOR, "reinterpretAsFloats", type(FLOAT_VECTOR));
  }

  /** (x) to the exponent of x relative to bits, as a float; both of positive floats. */
  static CodeBuilder exponentAbove(CodeBuilder code, int bits) {
    int mantissaBits = 23;
    aboveBits(code, bits);
    code.getstatic(OPERATORS, "ASHR", BINARY).loadConstant(mantissaBits);
    code.invokevirtual(INT_VECTOR, "lanewise", type(INT_VECTOR, BINARY, CD_int));
    return toFloats(code);
  }

  /** (x) to x times the power of two that brings it to bits or above, but below twice that. */
  static CodeBuilder mantissaAbove(CodeBuilder code, int bits) {
    aboveBits(code, bits);
    code.getstatic(OPERATORS, "AND", ASSOCIATIVE).loadConstant(0x7fffff);
    code.invokevirtual(INT_VECTOR, "lanewise", type(INT_VECTOR, BINARY, CD_int));
    code.loadConstant(bits).invokevirtual(INT_VECTOR, "add", type(INT_VECTOR, CD_int));
    return code.invokevirtual(INT_VECTOR, "reinterpretAsFloats", type(FLOAT_VECTOR));
  }

  private static void aboveBits(CodeBuilder code, int bits) {
    code.invokevirtual(FLOAT_VECTOR, "reinterpretAsInts", type(INT_VECTOR));
    code.loadConstant(bits).invokevirtual(INT_VECTOR, "sub", type(INT_VECTOR, CD_int));
  }

  // -- masks

  static CodeBuilder comparison(CodeBuilder code, String operator) {
    return code.getstatic(OPERATORS, operator, COMPARISON);
  }

  /** (a, comparison, b) to mask. */
  static CodeBuilder compare(CodeBuilder code, DType type) {
    return code.invokevirtual(owner(type), "compare", type(MASK, COMPARISON, VECTOR));
  }

  /** (otherwise, chosen, mask) to vector. */
  static CodeBuilder blend(CodeBuilder code, DType type) {
    return code.invokevirtual(owner(type), "blend", type(owner(type), VECTOR, MASK));
  }

  /** (vector, shuffle) to vector. */
  static CodeBuilder rearrange(CodeBuilder code) {
    return code.invokevirtual(FLOAT_VECTOR, "rearrange", type(FLOAT_VECTOR, SHUFFLE));
  }

  /** (mask) to a mask of as many lanes of another type. */
  static CodeBuilder castMask(CodeBuilder code, DType to) {
    if (to == DType.F32) species(code);
    else intSpecies(code);
    return code.invokevirtual(MASK, "cast", type(MASK, SPECIES));
  }

  /** (mask, mask) to mask. */
  static CodeBuilder masks(CodeBuilder code, String name) {
    return code.invokevirtual(MASK, name, type(MASK, MASK));
  }

  /** (species, boolean) to mask. */
  static CodeBuilder maskAll(CodeBuilder code) {
    return code.invokeinterface(SPECIES, "maskAll", type(MASK, CD_boolean));
  }

  /** (species, index, limit) to the mask of lanes below the limit. */
  static CodeBuilder indexInRange(CodeBuilder code) {
    return code.invokeinterface(SPECIES, "indexInRange", type(MASK, CD_int, CD_int));
  }

  /** (species, array, index) to mask. */
  static CodeBuilder loadMask(CodeBuilder code) {
    return code.invokestatic(MASK, "fromArray", type(MASK, SPECIES, BOOLEANS, CD_int));
  }

  /** (mask, array, index) to nothing. */
  static CodeBuilder storeMask(CodeBuilder code) {
    return code.invokevirtual(MASK, "intoArray", type(CD_void, BOOLEANS, CD_int));
  }

  /** (species, long) to mask: the lowest bit is the first lane. */
  static CodeBuilder fromBits(CodeBuilder code) {
    return code.invokestatic(MASK, "fromLong", type(MASK, SPECIES, CD_long));
  }

  /** (mask) to long. */
  static CodeBuilder toBits(CodeBuilder code) {
    return code.invokevirtual(MASK, "toLong", type(CD_long));
  }

  // -- folding

  /**
   * (vector) to the sum or maximum of its lanes.
   *
   * <p>Sums are written out lane by lane: the order in which {@code reduceLanes} adds floats is not
   * specified and differs between interpreted and compiled code.
   */
  static CodeBuilder fold(CodeBuilder code, DType type, boolean sum, int local) {
    ClassDesc number = type == DType.F32 ? CD_float : CD_int;
    if (!sum) {
      code.getstatic(OPERATORS, "MAX", ASSOCIATIVE);
      return code.invokevirtual(owner(type), "reduceLanes", type(number, ASSOCIATIVE));
    }
    code.astore(local);
    for (int lane = 0; lane < Lanes.COUNT; lane++) {
      code.aload(local).loadConstant(lane);
      code.invokevirtual(owner(type), "lane", type(number, CD_int));
      if (lane > 0) combine(code, type, true);
    }
    return code;
  }

  /** (a, b) to their sum or maximum. */
  static CodeBuilder combine(CodeBuilder code, DType type, boolean sum) {
    ClassDesc number = type == DType.F32 ? CD_float : CD_int;
    if (!sum) {
      return code.invokestatic(ClassDesc.of("java.lang.Math"), "max", type(number, number, number));
    }
    return type == DType.F32 ? code.fadd() : code.iadd();
  }

  // -- classes

  /** A method of a generated class. */
  record Method(MethodTypeDesc type, boolean isStatic, Consumer<CodeBuilder> body) {}

  /** How a generated class of this name refers to itself. */
  static ClassDesc self(String name) {
    return ClassDesc.of(Emit.class.getPackageName(), name);
  }

  /** A class that implements an interface of this package, as a class file has it. */
  static byte[] bytes(Class<?> type, String name, Map<String, Method> methods) {
    return ClassFile.of()
        .build(
            self(name),
            c -> {
              c.withFlags(ClassFile.ACC_FINAL);
              c.withInterfaceSymbols(type.describeConstable().orElseThrow());
              c.withMethodBody(
                  INIT_NAME,
                  MTD_void,
                  0,
                  code -> code.aload(0).invokespecial(CD_Object, INIT_NAME, MTD_void).return_());
              methods.forEach(
                  (method, m) ->
                      c.withMethodBody(
                          method,
                          m.type(),
                          ClassFile.ACC_PUBLIC | (m.isStatic() ? ClassFile.ACC_STATIC : 0),
                          m.body()));
            });
  }

  /** The name that a generated class was given. */
  static String nameOf(Object instance) {
    String name = instance.getClass().getName(); // a hidden class has an address behind a slash
    int slash = name.indexOf('/');
    String own = slash < 0 ? name : name.substring(0, slash);
    return own.substring(own.lastIndexOf('.') + 1);
  }

  /** An instance of a hidden class of these bytes. */
  static <T> T define(Class<T> type, byte[] bytes) {
    try {
      var hidden = MethodHandles.lookup().defineHiddenClass(bytes, true);
      return type.cast(hidden.lookupClass().getDeclaredConstructor().newInstance());
    } catch (ReflectiveOperationException e) { // our own class has such a constructor
      throw new IllegalStateException("a generated " + type.getSimpleName() + " cannot be made", e);
    }
  }
}
