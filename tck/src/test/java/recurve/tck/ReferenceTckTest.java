package recurve.tck;

import recurve.backend.Backend;
import recurve.backend.Reference;

class ReferenceTckTest extends BackendTck {
  @Override
  protected Backend backend() {
    return new Reference();
  }
}
