package recurve.backend.onednn;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;

/** How a matrix lies in memory, in oneDNN's words; destroyed when nothing refers to it. */
final class Descriptor {
  private static final Cleaner CLEANER = Cleaner.create();
  private static final int ANY = 1; // of dnnl_format_tag_t
  private static final int WEIGHTS = 131, SCRATCH = 136; // of dnnl_query_t

  private final Library library;
  private final MemorySegment address;

  private Descriptor(Library library, MemorySegment address) {
    this.library = library;
    this.address = address;
    CLEANER.register(this, () -> library.destroy("dnnl_memory_desc_destroy", address));
  }

  /** Rows and columns at some distance. */
  static Descriptor strided(
      Library library, int type, long rows, long columns, long rowStride, long columnStride) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment dims = arena.allocateFrom(JAVA_LONG, rows, columns);
      MemorySegment strides = arena.allocateFrom(JAVA_LONG, rowStride, columnStride);
      return new Descriptor(
          library, library.create("dnnl_memory_desc_create_with_strides", 2, dims, type, strides));
    }
  }

  /** As the primitive likes it that is made with it. */
  static Descriptor any(Library library, int type, long rows, long columns) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment dims = arena.allocateFrom(JAVA_LONG, rows, columns);
      return new Descriptor(
          library, library.create("dnnl_memory_desc_create_with_tag", 2, dims, type, ANY));
    }
  }

  /** How a matrix product wants its right side. */
  static Descriptor ofRightSide(Library library, MemorySegment product) {
    return of(library, product, WEIGHTS);
  }

  /** What a computation needs beside its arguments. */
  static Descriptor ofScratch(Library library, MemorySegment primitive) {
    return of(library, primitive, SCRATCH);
  }

  private static Descriptor of(Library library, MemorySegment primitive, int what) {
    Object own = library.call(ADDRESS, "dnnl_primitive_desc_query_md", primitive, what, 0);
    return new Descriptor(library, library.create("dnnl_memory_desc_clone", own));
  }

  /** For {@link Library#call}, which keeps this alive meanwhile. */
  MemorySegment address() {
    return address;
  }

  long bytes() {
    return (long) library.call(JAVA_LONG, "dnnl_memory_desc_get_size", this);
  }
}
