package recurve.backend.onnxruntime;

import java.util.Set;
import recurve.backend.Backend;
import recurve.tck.BackendTck;

/** What ONNX Runtime lacks or does otherwise stands here, by the names of the kit's tests. */
class OnnxRuntimeTckTest extends BackendTck {
  private static final Backend BACKEND = new OnnxRuntimeBackend();

  @Override
  protected Backend backend() {
    return BACKEND;
  }

  /** No random numbers as ours are drawn; no loop of no steps, no product over nothing. */
  @Override
  protected boolean mayRefuse() {
    return true;
  }

  @Override
  protected Set<String> differences() {
    return Set.of(
        "ReduceMax of NaN", // passes it over
        "Div i32", // by zero is an error, not zero
        "Cast F32 to I32", // what is beyond the integers becomes the least of them
        "Cast F64 to I32",
        "Gather with id -1", // counts from the end
        "ScatterND with id -1");
  }
}
