package recurve.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import recurve.backend.Backend;
import recurve.backend.Reference;

public class CatalogTest {
  /** A kind of plugin that only these tests know. */
  public interface Cheese extends Plugin {}

  record Made(String name) implements Cheese {}

  record AlsoMade(String name) implements Cheese {}

  @TempDir Path folder;

  // -- asking

  @Test
  void pluginsAreFoundByName() {
    var brie = new Made("brie");
    var catalog = Catalog.of(Cheese.class, List.of(new Made("gouda"), brie));
    assertEquals(brie, catalog.get("brie"));
    assertEquals(List.of("brie", "gouda"), catalog.names());
    assertTrue(catalog.find("edam").isEmpty());
  }

  @Test
  void aMissListsWhatIsInstalledAndTheNearestName() {
    var catalog = Catalog.of(Cheese.class, List.of(new Made("gouda"), new Made("brie")));
    var e = assertThrows(PluginException.class, () -> catalog.get("guoda"));
    String from = catalog.find("brie").orElseThrow().origin();
    assertEquals(
        "no cheese named 'guoda'. Did you mean 'gouda'? Installed: brie, gouda ("
            + from
            + "). To add one, put its jar on the module path or into a plugins folder.",
        e.getMessage());
  }

  @Test
  void anEmptyCatalogSaysSo() {
    var catalog = Catalog.of(Cheese.class, List.of());
    var e = assertThrows(PluginException.class, () -> catalog.get("brie"));
    assertTrue(e.getMessage().contains("None is installed."), e.getMessage());
  }

  @Test
  void twoOfOneNameAreAnErrorNamingBoth() {
    var two = List.of(new Made("brie"), new AlsoMade("brie"));
    var e = assertThrows(PluginException.class, () -> Catalog.of(Cheese.class, two));
    assertTrue(e.getMessage().startsWith("two plugins are cheese 'brie': "), e.getMessage());
    assertTrue(e.getMessage().contains("CatalogTest$Made ("), e.getMessage());
    assertTrue(e.getMessage().contains("CatalogTest$AlsoMade ("), e.getMessage());
  }

  @Test
  void namesAreWellFormed() {
    var bad = List.of(new Made("Old Amsterdam"));
    var e = assertThrows(PluginException.class, () -> Catalog.of(Cheese.class, bad));
    assertTrue(e.getMessage().endsWith("is named 'Old Amsterdam', not [a-z0-9-]+"), e.getMessage());
  }

  @Test
  void theReferenceIsInstalled() {
    assertInstanceOf(Reference.class, Catalog.load(Backend.class).get("reference"));
  }

  // -- from a folder

  /** Writes a jar with one provider, whose constructor fails if it is told to. */
  private void jar(String file, String type, String cheese, boolean broken) throws IOException {
    try (var out = new ZipOutputStream(Files.newOutputStream(folder.resolve(file)))) {
      out.putNextEntry(new ZipEntry(type.replace('.', '/') + ".class"));
      out.write(provider(type, cheese, broken));
      out.putNextEntry(new ZipEntry("META-INF/services/" + Cheese.class.getName()));
      out.write(type.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
  }

  private static byte[] provider(String type, String cheese, boolean broken) {
    ClassDesc string = ConstantDescs.CD_String;
    ClassDesc error = ClassDesc.of("java.lang.IllegalStateException");
    return ClassFile.of()
        .build(
            ClassDesc.of(type),
            c -> {
              c.withFlags(AccessFlag.PUBLIC, AccessFlag.FINAL);
              c.withInterfaceSymbols(Cheese.class.describeConstable().orElseThrow());
              c.withMethodBody(
                  ConstantDescs.INIT_NAME,
                  ConstantDescs.MTD_void,
                  ClassFile.ACC_PUBLIC,
                  code -> {
                    code.aload(0);
                    code.invokespecial(
                        ConstantDescs.CD_Object, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void);
                    if (broken) {
                      code.new_(error).dup().ldc("the milk\nis sour");
                      code.invokespecial(
                          error,
                          ConstantDescs.INIT_NAME,
                          MethodTypeDesc.of(ConstantDescs.CD_void, string));
                      code.athrow();
                    } else {
                      code.return_();
                    }
                  });
              c.withMethodBody(
                  "name",
                  MethodTypeDesc.of(string),
                  ClassFile.ACC_PUBLIC,
                  code -> code.ldc(cheese).areturn());
            });
  }

  private Catalog<Cheese> fromFolder() {
    return Catalog.load(Cheese.class, List.of(Plugins.layer(folder)));
  }

  @Test
  void jarsOfAFolderAreModulesOfTheirOwn() throws IOException {
    jar("acme-cheese.jar", "acme.Edam", "edam", false);
    jar("dairy.jar", "dairy.Feta", "feta", false);
    Files.writeString(folder.resolve("README"), "not a jar, and nothing to us");
    var catalog = fromFolder();
    assertEquals(List.of("edam", "feta"), catalog.names());
    assertEquals("acme.cheese", catalog.find("edam").orElseThrow().origin());
    assertEquals("dairy", catalog.find("feta").orElseThrow().origin());
    assertEquals(List.of(), catalog.failures());
  }

  @Test
  void aProviderThatFailsIsReportedAndTheOthersLoad() throws IOException {
    jar("a.jar", "acme.Edam", "edam", true);
    jar("b.jar", "dairy.Feta", "feta", false);
    var catalog = fromFolder();
    assertEquals(List.of("feta"), catalog.names());
    assertEquals(1, catalog.failures().size(), catalog.failures().toString());
    String failure = catalog.failures().get(0).toString();
    assertTrue(failure.startsWith("a: "), failure);
    assertTrue(failure.contains("acme.Edam"), failure);
    assertTrue(failure.contains("the milk is sour"), failure);
    var e = assertThrows(PluginException.class, () -> catalog.get("edam"));
    assertTrue(e.getMessage().contains("Not loaded: a: "), e.getMessage());
    assertFalse(e.getMessage().contains("\n"), e.getMessage());
  }

  @Test
  void twoJarsOfOneNameAreAnError() throws IOException {
    jar("a.jar", "acme.Edam", "edam", false);
    jar("b.jar", "dairy.Edam", "edam", false);
    var e = assertThrows(PluginException.class, this::fromFolder);
    assertEquals(
        "two plugins are cheese 'edam': acme.Edam (a) and dairy.Edam (b). Remove one of them.",
        e.getMessage());
  }

  @Test
  void aFolderThatIsNotThereIsNamed() {
    Path none = folder.resolve("none");
    var e = assertThrows(PluginException.class, () -> Plugins.layer(none));
    assertEquals(none + ": no such folder of plugins", e.getMessage());
  }

  @Test
  void whatIsNoJarIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("x.jar"), "no zip");
    var e = assertThrows(PluginException.class, () -> Plugins.layer(folder));
    assertTrue(e.getMessage().startsWith(file + ": not a jar: "), e.getMessage());
    Files.write(file, new byte[0]);
    assertThrows(PluginException.class, () -> Plugins.layer(folder));
  }

  @Test
  void aJarThatCanBeNoModuleIsNamed() throws IOException {
    jar("1st.jar", "acme.Edam", "edam", false); // no module may bear this name
    var e = assertThrows(PluginException.class, () -> Plugins.layer(folder));
    String message = e.getMessage();
    assertTrue(message.startsWith(folder.resolve("1st.jar") + ": holds no module: "), message);
  }

  @Test
  void aModuleThatIsNotThereIsNamed() throws IOException {
    var needy =
        ClassFile.of()
            .buildModule(
                java.lang.classfile.attribute.ModuleAttribute.of(
                    java.lang.constant.ModuleDesc.of("acme.needy"),
                    m -> {
                      m.requires(java.lang.constant.ModuleDesc.of("java.base"), 0x8000, null);
                      m.requires(java.lang.constant.ModuleDesc.of("acme.absent"), 0, null);
                    }));
    try (var out = new ZipOutputStream(Files.newOutputStream(folder.resolve("needy.jar")))) {
      out.putNextEntry(new ZipEntry("module-info.class"));
      out.write(needy);
    }
    var e = assertThrows(PluginException.class, () -> Plugins.layer(folder));
    assertEquals(
        folder
            + ": Module acme.absent not found, required by acme.needy. Put what is missing into"
            + " the folder, or take the jar out.",
        e.getMessage());
    Files.copy(folder.resolve("needy.jar"), folder.resolve("other.jar"));
    e = assertThrows(PluginException.class, () -> Plugins.layer(folder));
    assertEquals(
        folder.resolve("needy.jar")
            + " and "
            + folder.resolve("other.jar")
            + " both hold module acme.needy. Remove one of them.",
        e.getMessage());
  }
}
