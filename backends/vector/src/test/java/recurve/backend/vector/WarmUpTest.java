package recurve.backend.vector;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WarmUpTest {
  /** What can become no faster keeps nobody waiting. */
  @Test
  void whatIsQuickFromTheStartIsLeftAlone() {
    var calls = new AtomicInteger();
    new WarmUp().run(List.of(calls::incrementAndGet));
    assertTrue(calls.get() < 1000, "calls: " + calls.get());
  }
}
