package recurve.tck;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import recurve.ir.Tensor;

/** Tensors by name, in order; to ask for one that is not there fails the test. */
record Tensors(Map<String, Tensor> byName) {
  Tensors {
    byName = Collections.unmodifiableMap(new LinkedHashMap<>(byName));
  }

  Tensor get(String name) {
    Tensor t = byName.get(name);
    return t == null ? fail("there is no '" + name + "' among " + byName.keySet()) : t;
  }

  boolean has(String name) {
    return byName.containsKey(name);
  }

  Tensors with(String name, Tensor t) {
    var all = new LinkedHashMap<>(byName);
    all.put(name, t);
    return new Tensors(all);
  }

  Tensors without(String name) {
    var all = new LinkedHashMap<>(byName);
    all.remove(name);
    return new Tensors(all);
  }

  void forEach(BiConsumer<String, Tensor> each) {
    byName.forEach(each);
  }
}
