package recurve.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The dependency arrows of docs/architecture.md, held against the compiled classes of every module.
 *
 * <p>The module system already refuses an arrow that no {@code requires} allows; this holds the
 * {@code requires} themselves, and the packages within a module.
 */
class ArchitectureTest {
  private static JavaClasses all;

  @BeforeAll
  static void scan() throws IOException {
    Path root = Path.of(System.getProperty("recurve.root"));
    List<Path> classes;
    try (var folders = Files.find(root, 4, (path, is) -> path.endsWith("target/classes"))) {
      classes = folders.filter(path -> !path.toString().contains("examples")).toList();
    }
    all = new ClassFileImporter().importPaths(classes);
  }

  @Test
  void scansTheWholeProject() {
    assertTrue(all.size() > 300, () -> "only " + all.size() + " classes scanned");
    for (String type :
        List.of(
            "recurve.ir.Op",
            "recurve.cells.Lstm",
            "recurve.backend.vector.VectorBackend",
            "recurve.io.checkpoint.ModelFolder",
            "recurve.measure.Peak",
            "recurve.tck.CellTck",
            "recurve.cli.Main")) {
      assertTrue(all.contain(type), () -> type + " was not scanned");
    }
  }

  @Test
  void packagesAreFreeOfCycles() {
    slices().matching("recurve.(**)").should().beFreeOfCycles().check(all);
  }

  @Test
  void theGraphKnowsNothingElse() {
    classes()
        .that()
        .resideInAPackage("recurve.ir")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", "recurve.ir")
        .check(all);
  }

  @Test
  void transformationsKnowGraphsOnly() {
    classes()
        .that()
        .resideInAPackage("recurve.transform")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", "recurve.ir", "recurve.transform")
        .check(all);
  }

  @Test
  void interfacesKnowNoTrainer() {
    noClasses()
        .that()
        .resideInAnyPackage("recurve.cell", "recurve.task", "recurve.backend", "recurve.option")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("recurve.train", "recurve.transform")
        .check(all);
  }

  @Test
  void coreHasNoThirdParty() {
    classes()
        .that()
        .resideInAnyPackage(
            "recurve.ir",
            "recurve.transform",
            "recurve.cell",
            "recurve.task",
            "recurve.backend",
            "recurve.option",
            "recurve.train",
            "recurve.plugin")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "org.jspecify..",
            "recurve.ir",
            "recurve.transform",
            "recurve.cell",
            "recurve.task",
            "recurve.backend",
            "recurve.option",
            "recurve.train",
            "recurve.plugin")
        .check(all);
  }

  @Test
  void cellsAreTheirEquations() {
    classes()
        .that()
        .resideInAPackage("recurve.cells")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..", "recurve.ir", "recurve.cell", "recurve.option", "recurve.cells")
        .check(all);
  }

  @Test
  void nobodyDependsOnPluginsOrOnTheCommandLine() {
    for (String plugin :
        List.of(
            "recurve.cells",
            "recurve.tasks..",
            "recurve.backend.vector",
            "recurve.backend.amx",
            "recurve.backend.onednn",
            "recurve.cli")) {
      noClasses()
          .that()
          // their products stand in for those of the vector backend, which does the rest
          .resideOutsideOfPackages(
              plugin, "recurve.bench..", "recurve.backend.amx", "recurve.backend.onednn")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(plugin)
          .check(all);
    }
  }

  @Test
  void guiceLivesInTheCommandLine() {
    noClasses()
        .that()
        .resideOutsideOfPackage("recurve.cli")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("com.google.inject..", "jakarta.inject..", "com.google.common..")
        .check(all);
  }

  @Test
  void tasksKnowNoCellOptimiserOrBackend() {
    noClasses()
        .that()
        .resideInAPackage("recurve.tasks..")
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("recurve.train.Optimizer")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("recurve.backend.Backend")
        .check(all);
  }
}
