package recurve.backend.onednn;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import recurve.backend.vector.NativeCall;

/**
 * The functions of oneDNN's C interface, called by way of the foreign function interface.
 *
 * <p>Its own threads stay out: whatever is made and run here is for the one thread that calls.
 *
 * @see <a href="https://uxlfoundation.github.io/oneDNN/">oneDNN, developer guide</a>
 */
@SuppressWarnings("restricted") // to call native code is what this class is for
final class Library {
  private static final int CPU = 1, IN_ORDER = 1; // of dnnl_common_types.h
  private static final int OF_CALLER = 1; // of dnnl_scratchpad_mode_t
  private static final int PAGE = 4096;
  private static final int AVX512_BF16 = 0xe7; // of dnnl_cpu_isa_t

  /** What came of the search for the library. */
  sealed interface Outcome {}

  record Found(Library library) implements Outcome {}

  /** The reason is one sentence. */
  record Missing(String reason) implements Outcome {}

  private static final class Holder {
    static final Outcome OUTCOME = load();
  }

  private final SymbolLookup symbols;
  private final Map<String, MethodHandle> functions = new ConcurrentHashMap<>();
  private final MethodHandle threads;
  private final MethodHandle place;
  private final MethodHandle execute;
  private final MemorySegment engine;
  private final MemorySegment stream;
  private final MemorySegment attributes;
  private final ThreadLocal<MemorySegment> scratch =
      ThreadLocal.withInitial(() -> MemorySegment.NULL);

  /** The library; it is loaded when it is first asked for, and never unloaded. */
  static Outcome find() {
    return Holder.OUTCOME;
  }

  /**
   * The library.
   *
   * @throws IllegalStateException saying why, if it is not there
   */
  static Library get() {
    return switch (find()) {
      case Found(Library library) -> library;
      case Missing(String reason) -> throw new IllegalStateException(reason);
    };
  }

  private static Outcome load() {
    try {
      Optional<Path> file = NativeFiles.library();
      if (file.isEmpty()) {
        return new Missing("oneDNN for " + NativeFiles.platform() + " is not part of this build.");
      }
      return new Found(new Library(SymbolLookup.libraryLookup(file.get(), Arena.global())));
    } catch (IOException e) {
      String why = "oneDNN cannot be copied to where it can be loaded (" + e.getMessage() + ")";
      return new Missing(why + "; name another folder with -D" + NativeFiles.FOLDER + "=DIR.");
    } catch (IllegalArgumentException | IllegalCallerException | NoSuchElementException e) {
      return new Missing("oneDNN cannot be loaded: " + e.getMessage());
    }
  }

  private Library(SymbolLookup symbols) {
    this.symbols = symbols;
    Linker linker = Linker.nativeLinker();
    // of the OpenMP that the library was linked with; on Windows it is no name of the library's own
    var omp = symbols.find("omp_set_num_threads").or(Library::ofWindows).orElseThrow();
    threads = linker.downcallHandle(omp, FunctionDescriptor.ofVoid(JAVA_INT));
    place =
        linker.downcallHandle(
            symbols.findOrThrow("dnnl_memory_set_data_handle"),
            FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
    execute =
        linker.downcallHandle(
            symbols.findOrThrow("dnnl_primitive_execute"),
            FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, ADDRESS));
    engine = create("dnnl_engine_create", CPU, 0L);
    stream = create("dnnl_stream_create", engine, IN_ORDER);
    attributes = create("dnnl_primitive_attr_create");
    call(JAVA_INT, "dnnl_primitive_attr_set_scratchpad_mode", attributes, OF_CALLER);
  }

  private static Optional<MemorySegment> ofWindows() {
    return SymbolLookup.libraryLookup("vcomp140.dll", Arena.global()).find("omp_set_num_threads");
  }

  /** At least so many bytes that the calling thread may use for a moment. */
  MemorySegment scratch(long bytes) {
    MemorySegment known = scratch.get();
    if (known.byteSize() >= bytes) return known;
    MemorySegment larger = Arena.ofAuto().allocate(bytes, PAGE);
    scratch.set(larger);
    return larger;
  }

  /** Attributes of all primitives: what they need for a moment is given by who runs them. */
  MemorySegment attributes() {
    return attributes;
  }

  MemorySegment engine() {
    return engine;
  }

  /** Whether the processor has instructions for upper halves of floats. */
  boolean hasHalves() {
    int isa = (int) call(JAVA_INT, "dnnl_get_effective_cpu_isa");
    return (isa & AVX512_BF16) == AVX512_BF16;
  }

  String version() {
    var numbers = (MemorySegment) call(ADDRESS, "dnnl_version");
    int[] three = numbers.reinterpret(3L * Integer.BYTES).toArray(JAVA_INT);
    return three[0] + "." + three[1] + "." + three[2];
  }

  /** Calls a function that puts an object where its first argument points to, and takes it. */
  MemorySegment create(String function, Object... arguments) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment place = arena.allocate(ADDRESS);
      Object[] all = new Object[arguments.length + 1];
      all[0] = place;
      System.arraycopy(arguments, 0, all, 1, arguments.length);
      check(function, (int) call(JAVA_INT, function, all));
      return place.get(ADDRESS, 0);
    }
  }

  /** Ends the life of an object. */
  void destroy(String function, MemorySegment object) {
    check(function, (int) call(JAVA_INT, function, object));
  }

  /**
   * Calls any function. The arguments' types are taken to be the parameters'; a descriptor stands
   * for its address, and lives at least until the function returns.
   */
  Object call(MemoryLayout result, String function, Object... arguments) {
    Object[] plain = new Object[arguments.length];
    Arrays.setAll(plain, i -> arguments[i] instanceof Descriptor d ? d.address() : arguments[i]);
    MethodHandle handle =
        functions.computeIfAbsent(
            function,
            name -> {
              var signature = FunctionDescriptor.of(result, NativeCall.types(plain));
              return Linker.nativeLinker().downcallHandle(symbols.findOrThrow(name), signature);
            });
    try {
      return handle.invokeWithArguments(plain);
    } catch (Throwable e) {
      throw NativeCall.failed(function + " of oneDNN", e);
    } finally {
      Reference.reachabilityFence(arguments);
    }
  }

  /** What is made from now on by the calling thread, and what it runs, is for it alone. */
  void single() {
    try {
      threads.invokeExact(1);
    } catch (Throwable e) {
      throw NativeCall.failed("omp_set_num_threads", e);
    }
  }

  /** Tells a memory object where its matrix lies now. */
  void place(MemorySegment object, MemorySegment matrix) {
    int status;
    try {
      status = (int) place.invokeExact(object, matrix);
    } catch (Throwable e) {
      throw NativeCall.failed("dnnl_memory_set_data_handle of oneDNN", e);
    }
    check("dnnl_memory_set_data_handle", status);
  }

  /** Runs a primitive to its end, on the calling thread. */
  void execute(MemorySegment primitive, int count, MemorySegment arguments) {
    int status;
    try {
      status = (int) execute.invokeExact(primitive, stream, count, arguments);
    } catch (Throwable e) {
      throw NativeCall.failed("dnnl_primitive_execute of oneDNN", e);
    }
    check("dnnl_primitive_execute", status);
  }

  private static void check(String function, int status) {
    if (status != 0) throw new IllegalStateException(function + " of oneDNN failed: " + status);
  }
}
