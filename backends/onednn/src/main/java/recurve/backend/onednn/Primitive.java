package recurve.backend.onednn;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.Arrays;

/**
 * A computation of oneDNN for matrices of given shapes. Any thread may run it, several at once.
 *
 * <p>It belongs to a program that may be forgotten at any time, and is destroyed with it.
 */
final class Primitive {
  private static final Cleaner CLEANER = Cleaner.create();
  private static final int SCRATCH = 80; // DNNL_ARG_SCRATCHPAD
  private static final int ARGUMENT = 16, OBJECT = 8; // bytes: dnnl_exec_arg_t, its second field

  /** What an argument is, by its number, and where it lies in memory. */
  record Parameter(int number, Descriptor descriptor) {}

  private final Library library;
  private final MemorySegment primitive;
  private final long scratch;
  private final ThreadLocal<Call> calls;

  /**
   * Makes it.
   *
   * @param description an object that is destroyed here
   */
  Primitive(Library library, MemorySegment description, Parameter... parameters) {
    this.library = library;
    Descriptor scratch = Descriptor.ofScratch(library, description);
    this.scratch = scratch.bytes();
    Parameter[] all = Arrays.copyOf(parameters, parameters.length + 1);
    all[parameters.length] = new Parameter(SCRATCH, scratch);
    this.calls = ThreadLocal.withInitial(() -> new Call(library, all));
    MemorySegment made = library.create("dnnl_primitive_create", description);
    library.destroy("dnnl_primitive_desc_destroy", description);
    primitive = made;
    CLEANER.register(this, () -> library.destroy("dnnl_primitive_destroy", made));
  }

  /** Runs it; the matrices in the order of the parameters. */
  void run(MemorySegment... matrices) {
    Call call = calls.get();
    for (int i = 0; i < matrices.length; i++) library.place(call.objects[i], matrices[i]);
    library.place(call.objects[matrices.length], library.scratch(scratch));
    try {
      library.execute(primitive, call.objects.length, call.arguments);
    } finally {
      // oneDNN holds plain addresses of all of them
      Reference.reachabilityFence(matrices);
      Reference.reachabilityFence(call);
      Reference.reachabilityFence(this);
    }
  }

  /** The arguments of one thread's calls. It knows nothing of what it is for, which may be gone. */
  private static final class Call {
    final MemorySegment arguments;
    final MemorySegment[] objects;

    Call(Library library, Parameter[] parameters) {
      library.single();
      arguments = Arena.ofAuto().allocate((long) ARGUMENT * parameters.length);
      var made = new MemorySegment[parameters.length];
      for (int i = 0; i < made.length; i++) {
        Descriptor matrix = parameters[i].descriptor();
        made[i] =
            library.create("dnnl_memory_create", matrix, library.engine(), MemorySegment.NULL);
        arguments.set(JAVA_INT, (long) ARGUMENT * i, parameters[i].number());
        arguments.set(ADDRESS, (long) ARGUMENT * i + OBJECT, made[i]);
      }
      objects = made;
      CLEANER.register(
          this,
          () -> {
            for (MemorySegment o : made) library.destroy("dnnl_memory_destroy", o);
          });
    }
  }
}
