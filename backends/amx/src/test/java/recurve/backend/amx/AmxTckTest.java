package recurve.backend.amx;

import recurve.backend.Backend;
import recurve.backend.Precision;
import recurve.tck.BackendTck;

/** Every product of the kit that tiles may compute, however small. */
class AmxTckTest extends BackendTck {
  private static final Backend BACKEND = new AmxBackend(Precision.F32, true);

  @Override
  protected Backend backend() {
    return BACKEND;
  }
}
