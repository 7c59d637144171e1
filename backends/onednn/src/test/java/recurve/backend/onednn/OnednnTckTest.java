package recurve.backend.onednn;

import recurve.backend.Backend;
import recurve.backend.Precision;
import recurve.tck.BackendTck;

/** Every product of the kit that oneDNN may compute, however small. */
class OnednnTckTest extends BackendTck {
  private static final Backend BACKEND = new OnednnBackend(Precision.F32, 1);

  @Override
  protected Backend backend() {
    return BACKEND;
  }
}
