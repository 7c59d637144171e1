package recurve.io.onnx;

import java.util.Map;
import recurve.backend.Support;
import recurve.ir.Tensor;
import recurve.plugin.Plugin;

/**
 * A runtime of others that runs ONNX files as they are: what we read and write is held against it.
 * A service: a module provides it under a name.
 */
public interface OnnxRunner extends Plugin {
  /** Whether it can run here, or why not in one sentence. Never throws. */
  Support support();

  /**
   * Loads a file.
   *
   * @throws OnnxException with the runtime's words, if it refuses the file
   */
  Loaded load(byte[] model, int threads);

  /** A loaded file, which has to be closed. */
  interface Loaded extends AutoCloseable {
    /**
     * The outputs by name, for inputs by name; integers of any width are ours of 32 bits. Inputs
     * that the file does not have are passed over.
     *
     * @throws OnnxException with the runtime's words, if it cannot run on these
     */
    Map<String, Tensor> run(Map<String, Tensor> inputs);

    @Override
    void close();
  }
}
