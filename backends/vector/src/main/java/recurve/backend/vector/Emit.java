package recurve.backend.vector;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** The calls of the Vector API as generated code spells them, and the making of hidden classes. */
final class Emit {
  static final ClassDesc FLOATS = CD_float.arrayType();
  static final ClassDesc FLOAT_VECTOR = vector("FloatVector");
  static final ClassDesc SPECIES = vector("VectorSpecies");
  static final ClassDesc VECTOR = vector("Vector");

  private static final ClassDesc LANES = Lanes.class.describeConstable().orElseThrow();
  private static final MethodTypeDesc LOAD =
      MethodTypeDesc.of(FLOAT_VECTOR, SPECIES, FLOATS, CD_int);
  private static final MethodTypeDesc STORE = MethodTypeDesc.of(CD_void, FLOATS, CD_int);
  private static final MethodTypeDesc BROADCAST =
      MethodTypeDesc.of(FLOAT_VECTOR, SPECIES, CD_float);
  private static final MethodTypeDesc FMA = MethodTypeDesc.of(FLOAT_VECTOR, VECTOR, VECTOR);

  private Emit() {}

  static ClassDesc vector(String name) {
    return ClassDesc.of("jdk.incubator.vector", name);
  }

  /** Pushes the species of floats: a static final, so a constant to the compiler. */
  static CodeBuilder species(CodeBuilder code) {
    return code.getstatic(LANES, "FLOATS", SPECIES);
  }

  /** (species, array, index) to vector. */
  static CodeBuilder load(CodeBuilder code) {
    return code.invokestatic(FLOAT_VECTOR, "fromArray", LOAD);
  }

  /** (vector, array, index) to nothing. */
  static CodeBuilder store(CodeBuilder code) {
    return code.invokevirtual(FLOAT_VECTOR, "intoArray", STORE);
  }

  /** (species, float) to vector. */
  static CodeBuilder broadcast(CodeBuilder code) {
    return code.invokestatic(FLOAT_VECTOR, "broadcast", BROADCAST);
  }

  /** (a, b, c) to a * b + c. */
  static CodeBuilder fma(CodeBuilder code) {
    return code.invokevirtual(FLOAT_VECTOR, "fma", FMA);
  }

  /** An instance of a new hidden class that implements an interface of this package. */
  static <T> T define(Class<T> type, String name, MethodTypeDesc run, Consumer<CodeBuilder> body) {
    var methods = new LinkedHashMap<String, Method>();
    methods.put("run", new Method(run, false, body));
    return define(type, name, methods);
  }

  /** A method of a generated class. */
  record Method(MethodTypeDesc type, boolean isStatic, Consumer<CodeBuilder> body) {}

  /** An instance of a new hidden class with these methods by name. */
  static <T> T define(Class<T> type, String name, Map<String, Method> methods) {
    ClassDesc self = ClassDesc.of(Emit.class.getPackageName(), name);
    byte[] bytes =
        ClassFile.of()
            .build(
                self,
                c -> {
                  c.withFlags(ClassFile.ACC_FINAL);
                  c.withInterfaceSymbols(type.describeConstable().orElseThrow());
                  c.withMethodBody(
                      INIT_NAME,
                      MTD_void,
                      0,
                      code ->
                          code.aload(0).invokespecial(CD_Object, INIT_NAME, MTD_void).return_());
                  methods.forEach(
                      (method, m) ->
                          c.withMethodBody(
                              method,
                              m.type(),
                              ClassFile.ACC_PUBLIC | (m.isStatic() ? ClassFile.ACC_STATIC : 0),
                              m.body()));
                });
    try {
      var hidden = MethodHandles.lookup().defineHiddenClass(bytes, true);
      return type.cast(
          hidden
              .findConstructor(
                  hidden.lookupClass(), java.lang.invoke.MethodType.methodType(void.class))
              .invoke());
    } catch (Throwable e) { // what a method handle declares; none of it can happen to our own class
      throw new IllegalStateException("generated class " + name + " cannot be made", e);
    }
  }
}
