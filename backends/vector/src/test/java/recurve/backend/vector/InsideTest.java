package recurve.backend.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import recurve.backend.CompileOptions;
import recurve.backend.Executable;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;

/** What can be looked at: every class that the listing names is there, and is one. */
class InsideTest {
  private static final Pattern REGION = Pattern.compile("Region[0-9a-f]{8}");

  @Test
  void showsItsClasses() {
    Map<String, byte[]> first = inside(), again = inside();
    String listing = listing(first);
    assertTrue(listing.startsWith("where {B=3}\n  "), listing);
    var named = new TreeSet<String>();
    REGION.matcher(listing).results().forEach(r -> named.add(r.group()));
    assertFalse(named.isEmpty(), listing);
    for (String name : named) assertTrue(first.containsKey(name + ".class"), name);
    first.forEach(
        (file, bytes) -> {
          if (!file.endsWith(".class")) return;
          ClassModel model = ClassFile.of().parse(bytes);
          String own = model.thisClass().asInternalName();
          assertEquals("recurve/backend/vector/" + file.replace(".class", ""), own);
          assertTrue(
              model.methods().stream().anyMatch(m -> m.methodName().equalsString("run")), file);
          assertEquals(List.of(), ClassFile.of().verify(bytes), file);
        });
    assertEquals(listing, listing(again)); // names are the same in every run
  }

  private static String listing(Map<String, byte[]> inside) {
    byte[] text = inside.get("instructions.txt");
    return new String(java.util.Objects.requireNonNull(text), StandardCharsets.UTF_8);
  }

  private static Map<String, byte[]> inside() {
    Dim b = Dim.symbol("B");
    Value x = Ops.input("x", DType.F32, Shape.of(b, Dim.of(5)));
    Value y = Ops.tanh(x.times(2)).plus(Ops.sigmoid(x));
    Graph graph = new Graph(List.of(x), List.of(y), List.of("y"));
    try (Executable e = new VectorBackend().compile(graph, CompileOptions.threads(1))) {
      e.write("x", Tensor.of(new float[15], 3, 5));
      e.run();
      return e.inside();
    }
  }
}
