package recurve.backend;

import java.util.Map;
import recurve.ir.Tensor;

/**
 * A compiled graph with all the memory it needs.
 *
 * <p>Valid for every binding of the graph's symbolic dimensions: the extents of what is written
 * bind them at each run. An input keeps its value from run to run until it is written again or
 * replaced by a retained output. Allocates nothing once a binding has been seen, except in {@link
 * #read}. Not for use by several threads at once.
 */
public interface Executable extends AutoCloseable {
  /**
   * Copies a value in.
   *
   * @throws recurve.ir.ShapeException if there is no such input, or its type differs
   */
  void write(String input, Tensor value);

  /**
   * Runs the graph once.
   *
   * @throws recurve.ir.ShapeException if an input was never written, or extents contradict
   */
  void run();

  /** Copies out an output of the last run, or an input as it stands now. */
  Tensor read(String name);

  /** The one element of a scalar output, without allocation. */
  default double scalar(String output) {
    return read(output).item();
  }

  /**
   * What the backend made of the graph for the extents that were run, by file name: listings, and
   * generated classes as {@code javap} reads them. For people who want to look; may be empty.
   */
  default Map<String, byte[]> inside() {
    return Map.of();
  }

  /** Frees the memory; closing twice is fine. */
  @Override
  void close();
}
