package recurve.backend.vector;

import recurve.backend.Backend;
import recurve.tck.BackendTck;

class VectorTckTest extends BackendTck {
  private static final Backend BACKEND = new VectorBackend();

  @Override
  protected Backend backend() {
    return BACKEND;
  }
}
