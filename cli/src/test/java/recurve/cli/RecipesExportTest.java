package recurve.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import recurve.backend.Reference;
import recurve.io.onnx.ImportOptions;
import recurve.io.onnx.OnnxExport;
import recurve.io.onnx.OnnxImport;
import recurve.io.onnx.OnnxOptions;
import recurve.ir.DType;
import recurve.ir.Graph;
import recurve.ir.Tensor;
import recurve.task.Corpus;
import recurve.train.Listener;
import recurve.train.Model;
import recurve.train.Trained;
import recurve.train.Trainer;
import recurve.train.TrainingStep;
import recurve.transform.Passes;

/**
 * What we export and import comes to rest: the second export is the third to the byte, of every
 * graph of the model of every recipe, its weights as they begin, its vocabularies from a few made
 * lines. The first may differ, since it holds weights that are one number throughout, as biases
 * begin, in full.
 */
class RecipesExportTest {
  private static final String COLUMNS =
      "Ann NNP B-PER\nsees VBZ O\nBob NNP B-PER\n\nthe DT O\nbig JJ O\nfirm NN B-ORG\n";
  private static final String CONLLU =
      Stream.of("1 the the DET", "2 cat cat NOUN", "3 sleeps sleep VERB")
          .map(l -> l.replace(' ', '\t') + "\t_\t_\t0\troot\t_\t_\n")
          .reduce("", String::concat);

  @TempDir static Path dir;

  @TestFactory
  Stream<DynamicTest> everyRecipe() throws IOException {
    try (var files = Files.list(RecipesTest.EXAMPLES)) {
      return files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList().stream()
          .map(f -> DynamicTest.dynamicTest(CaseFolder.name(f), () -> fixpoint(f)));
    }
  }

  private static Corpus text(Path recipe) throws IOException {
    String name = CaseFolder.name(recipe).replace(".yaml", "");
    List<String> texts =
        switch (RecipesTest.task(recipe)) {
          case "lm" -> List.of("the cat sees the dog\nthe dog runs\n");
          case "tag" -> List.of(name.equals("ewt") ? CONLLU : COLUMNS);
          case "classify" -> List.of("yes\tthe cat sees\nno\tthe dog runs\n");
          default ->
              name.equals("multi30k")
                  ? List.of("ein Hund\neine Katze\n", "a dog\na cat\n")
                  : List.of("jump twice\tJUMP JUMP\nrun left\tLEFT RUN\n");
        };
    var paths = new ArrayList<Path>();
    for (int i = 0; i < texts.size(); i++) {
      String ending = texts.get(i).equals(CONLLU) ? ".conllu" : ".tsv";
      paths.add(Files.writeString(dir.resolve(name + i + ending), texts.get(i)));
    }
    return new Corpus.Paths(paths);
  }

  private static void fixpoint(Path recipe) throws IOException {
    Model model = RecipesTest.model(recipe).with("min_count", 1);
    Trained untrained;
    try (var trainer = new Trainer(model, new Reference(), 1)) {
      trainer.stop(); // before the first batch
      untrained = trainer.fit(text(recipe), Optional.empty(), Listener.SILENT);
    }
    assertTrue(untrained.problem().parts().size() >= 2);
    for (var part : untrained.problem().parts().entrySet()) {
      Trained.Exported all = untrained.graph(part.getValue());
      for (var form : List.of(OnnxOptions.Form.AUTO, OnnxOptions.Form.SCAN)) {
        same(all.graph(), all.weights(), form, recipe + ", " + part.getKey() + ", " + form);
      }
    }
    boolean random = model.options().toMap().entrySet().stream().anyMatch(RecipesExportTest::drops);
    if (random) return; // a training step that draws numbers is not exported
    Graph step = TrainingStep.of(model, untrained.problem(), DType.F32).graph();
    same(Passes.optimize(step), Map.of(), OnnxOptions.Form.AUTO, recipe + ", train");
  }

  private static boolean drops(Map.Entry<String, String> option) {
    return option.getKey().endsWith("dropout") && !option.getValue().equals("0.0");
  }

  private static void same(
      Graph graph, Map<String, Tensor> weights, OnnxOptions.Form form, String what) {
    byte[] first = OnnxExport.of(graph, weights, Map.of("task", "x"), OnnxOptions.of(form)).bytes();
    byte[] second = again(first, form);
    assertArrayEquals(second, again(second, form), what);
  }

  private static byte[] again(byte[] file, OnnxOptions.Form form) {
    OnnxImport read = OnnxImport.of(file, ImportOptions.defaults());
    return OnnxExport.of(read.graph(), read.weights(), read.metadata(), OnnxOptions.of(form))
        .bytes();
  }
}
