package recurve.cli;

import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import recurve.backend.Backend;
import recurve.backend.Support;
import recurve.cell.Scope;
import recurve.io.onnx.ElementType;
import recurve.io.onnx.ImportOptions;
import recurve.io.onnx.OnnxException;
import recurve.io.onnx.OnnxImport;
import recurve.io.onnx.OnnxRunner;
import recurve.ir.Tensor;
import recurve.plugin.Catalog;

/** {@code recurve verify}: an ONNX file here against the same file in another runtime. */
final class VerifyCommand implements Command {
  private static final String DATA = "--data";
  private static final String MODEL = "--model";
  private static final String RUNS = "--runs";
  private static final String SEED = "--seed";
  private static final String TOLERANCE = "--tolerance";
  private static final String EXTENT = "--extent";
  private static final String EXTERNAL = "--external";

  private final Console console;
  private final Installed installed;
  private final Models models;

  @Inject
  VerifyCommand(Console console, Installed installed, Models models) {
    this.console = console;
    this.installed = installed;
    this.models = models;
  }

  @Override
  public String summary() {
    return "Compares what an ONNX file gives here, on each backend, with what ONNX Runtime gives.";
  }

  @Override
  public List<String> examples() {
    return List.of(
        "recurve verify model.onnx",
        "recurve verify model.onnx --model model --runs 10",
        "recurve verify test_lstm_defaults/model.onnx --data test_lstm_defaults",
        "recurve verify model.onnx --data cases.npz",
        "recurve verify model.onnx --extent batch=4 --extent ids=1000");
  }

  @Override
  public void declare(CommandSpec spec) {
    spec.addPositional(
        Flags.position("FILE", "the ONNX file, or a folder of ONNX's own test cases"));
    spec.addOption(
        Flags.value(
            "PATH",
            "inputs and outputs to use: a folder of input_0.pb, output_0.pb and so on, or an .npz"
                + " of arrays named as they are",
            DATA));
    spec.addOption(Flags.value("DIR", "the model that was exported, to compare with too", MODEL));
    spec.addOption(Flags.value("N", "how many random shapes to try (5)", RUNS));
    spec.addOption(Flags.value("N", "seed of the random inputs (1)", SEED));
    spec.addOption(
        Flags.value("X", "largest difference that counts as agreement (1e-4)", TOLERANCE));
    spec.addOption(
        Flags.values(
            "NAME=N",
            "what a dimension is to be, or what an input of whole numbers is to be below",
            EXTENT));
    spec.addOption(
        Flags.value("DIR", "the folder of weights that stand outside of the file", EXTERNAL));
    spec.addOption(Flags.truth("one JSON object", Flags.JSON));
  }

  @Override
  public void run(ParseResult given) {
    Path file = Flags.path(Flags.position(given));
    double tolerance = number(given, TOLERANCE, 1e-4);
    if (Files.isDirectory(file)) {
      cases(file, tolerance);
      return;
    }
    byte[] bytes = bytes(file, Flags.text(given, EXTERNAL).map(Flags::path));
    Optional<Path> data = Flags.text(given, DATA).map(Flags::path);
    Verification found =
        data.isPresent() ? withData(bytes, data.get(), runner()) : withRandom(bytes, given);
    if (Flags.isSet(given, Flags.JSON)) {
      var object = new LinkedHashMap<String, Object>();
      object.put("file", file.toString());
      object.put("agrees", found.agrees(tolerance));
      object.put("differences", found.worst());
      object.put("refused", found.refused());
      console.out().println(Json.line(object));
    } else {
      found.lines(tolerance).forEach(console.out()::println);
    }
    if (!found.agrees(tolerance)) {
      throw new Failure(Exit.BAD_DATA, file + ": the runtimes differ by more than " + tolerance);
    }
  }

  private static byte[] bytes(Path file, Optional<Path> external) {
    byte[] bytes = CaseFolder.bytes(file);
    return external.isPresent() ? OnnxImport.whole(bytes, external.get()) : bytes;
  }

  private static double number(ParseResult given, String flag, double standard) {
    Optional<String> text = Flags.text(given, flag);
    if (text.isEmpty()) return standard;
    try {
      return Double.parseDouble(text.get());
    } catch (NumberFormatException e) {
      throw Failure.usage(flag + " is '" + text.get() + "' but takes a number");
    }
  }

  private List<Backend> backends() {
    var available = new ArrayList<Backend>();
    for (var e : installed.backends().entries()) {
      // it is the judge; what it makes of our export is what the kit holds
      boolean judge = runner().isPresent() && runner().get().name().equals(e.name());
      if (e.plugin().support().isAvailable() && !judge) available.add(e.plugin());
    }
    return available;
  }

  private static Optional<OnnxRunner> runner() {
    return Catalog.load(OnnxRunner.class).entries().stream()
        .map(Catalog.Entry::plugin)
        .filter(r -> r.support() instanceof Support.Available)
        .findFirst();
  }

  // -- one file

  private Verification withRandom(byte[] bytes, ParseResult given) {
    Map<String, Long> extents = new HashMap<>();
    List<String> pairs = given.matchedOptionValue(EXTENT, List.of());
    for (String pair : pairs) {
      String[] sides = pair.split("=", 2);
      if (sides.length < 2 || !sides[1].matches("[0-9]{1,9}")) {
        throw Failure.usage(EXTENT + " is '" + pair + "' but takes NAME=NUMBER");
      }
      extents.put(sides[0], Long.parseLong(sides[1]));
    }
    var dims = new HashMap<>(extents); // others are bounds of whole numbers
    dims.keySet().removeAll(OnnxImport.inputNames(bytes));
    OnnxImport model = OnnxImport.of(bytes, ImportOptions.defaults().binding(dims));
    OnnxRunner runner =
        runner()
            .orElseThrow(
                () ->
                    new Failure(
                        Exit.CONFIG, "no other runtime can run here. See recurve plugins."));
    var inputs = new RandomInputs(model, extents);
    var found = new Verification(Map.of(), Map.of());
    int runs = (int) number(given, RUNS, 5);
    long seed = (long) number(given, SEED, 1);
    Optional<String> folder = Flags.text(given, MODEL);
    try (OnnxRunner.Loaded theirs = runner.load(bytes, 1)) {
      for (int run = 0; run < runs; run++) {
        Map<String, Tensor> in = inputs.draw(run, seed);
        var judges = new ArrayList<Verification.Judge>();
        judges.add(new Verification.Judge(runner.name(), theirs.run(in)));
        if (folder.isPresent()) judges.add(judge(folder.get(), in));
        found = found.and(Verification.of(model, backends(), in, judges));
      }
    }
    return found;
  }

  /** What the model in a folder gives, by the reference. */
  private Verification.Judge judge(String folder, Map<String, Tensor> inputs) {
    var exported = models.load(Flags.path(folder)).trained().graph(Scope.Carry.FRESH);
    var outputs = new LinkedHashMap<String, Tensor>();
    var options = recurve.backend.CompileOptions.threads(1);
    try (var run = new recurve.backend.Reference().compile(exported.graph(), options)) {
      exported.weights().forEach(run::write);
      for (var in : exported.inputs()) {
        String name = recurve.ir.Graph.nameOf(in);
        Tensor value = inputs.get(name);
        if (value == null) {
          throw new Failure(Exit.BAD_DATA, "the file has no input '" + name + "' of the model");
        }
        run.write(name, value);
      }
      run.run();
      for (String name : exported.graph().names()) outputs.put(name, run.read(name));
    }
    return new Verification.Judge("model " + folder, outputs);
  }

  /**
   * @param runner whom to ask beside the outputs that are given
   */
  private Verification withData(byte[] bytes, Path data, Optional<OnnxRunner> runner) {
    var found = new Verification(Map.of(), Map.of());
    Map<String, ElementType> types = OnnxImport.types(bytes);
    List<String> inputs = OnnxImport.inputNames(bytes), outputs = OnnxImport.outputNames(bytes);
    for (CaseData set : CaseData.of(data)) {
      set.check(inputs, outputs);
      Map<String, Tensor> in = set.inputs(inputs, types);
      OnnxImport model = OnnxImport.fitting(bytes, ImportOptions.defaults(), in);
      var judges = new ArrayList<Verification.Judge>();
      Map<String, Tensor> expected = set.outputs(outputs, model.outputs());
      if (!expected.isEmpty()) judges.add(new Verification.Judge("its data", expected));
      if (runner.isPresent()) {
        try (OnnxRunner.Loaded theirs = runner.get().load(bytes, 1)) {
          judges.add(new Verification.Judge(runner.get().name(), theirs.run(in)));
        } catch (OnnxException e) {
          found = found.and(Verification.refused(runner.get().name(), e));
        }
      }
      if (judges.isEmpty()) {
        throw new Failure(
            Exit.BAD_DATA, data + ": there are no outputs in it and no other runtime to ask");
      }
      found = found.and(Verification.of(model, backends(), in, judges));
    }
    return found;
  }

  // -- a folder of cases

  private void cases(Path folder, double tolerance) {
    int agree = 0, differ = 0, refused = 0;
    for (Path dir : CaseFolder.children(folder)) {
      Path file = dir.resolve("model.onnx");
      if (!Files.exists(file)) continue;
      String name = CaseFolder.name(dir);
      try {
        Verification found = withData(CaseFolder.bytes(file), dir, Optional.empty());
        if (found.agrees(tolerance)) {
          agree++;
        } else {
          differ++;
          found.lines(tolerance).forEach(l -> console.out().println(name + ": " + l));
        }
      } catch (OnnxException | recurve.ir.ShapeException | Failure e) {
        refused++;
        console.out().println(name + ": " + OneLine.of(e));
      }
    }
    console
        .out()
        .println(agree + " cases agree, " + differ + " differ, " + refused + " cannot be read");
    if (differ > 0) throw new Failure(Exit.BAD_DATA, differ + " cases differ");
  }
}
