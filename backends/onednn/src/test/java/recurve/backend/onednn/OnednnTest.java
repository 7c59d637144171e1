package recurve.backend.onednn;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import recurve.backend.Backend;
import recurve.backend.Support;
import recurve.tck.PrecisionTck;

class OnednnTest extends PrecisionTck {
  @Override
  protected Backend backend() {
    return new OnednnBackend();
  }

  @Test
  void saysWhichVersionThereIs() {
    if (backend().support() instanceof Support.Available(String detail)) {
      assertTrue(detail.startsWith("oneDNN " + NativeFiles.VERSION), detail);
    }
  }
}
