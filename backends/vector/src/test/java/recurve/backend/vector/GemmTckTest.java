package recurve.backend.vector;

import recurve.backend.Backend;
import recurve.tck.BackendTck;

/** Every product of the kit that a library may compute, however small. */
class GemmTckTest extends BackendTck {
  private static final Backend BACKEND = new VectorBackend(new PlainGemm(false, 1, 32));

  @Override
  protected Backend backend() {
    return BACKEND;
  }
}
