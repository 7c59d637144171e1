package recurve.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import recurve.train.Model;

/** The configurations in {@code examples} are what the program takes, for the task they name. */
class RecipesTest {
  static final Path EXAMPLES = Path.of(System.getProperty("recurve.root")).resolve("examples");

  private static final Pattern COMMAND = Pattern.compile("recurve train ([a-z0-9-]+) ");

  static Model model(Path file) {
    var console = new Console(InputStream.nullInputStream(), System.out, System.err, false);
    Installed installed = Installed.load(List.of(), console);
    Settings settings = Settings.of(YamlFile.read(file));
    for (String text : List.of("train", "valid", "test")) {
      settings.path(text).ifPresent(p -> assertTrue(Files.exists(p), () -> p + " is missing"));
    }
    return settings.model(installed.tasks().get(task(file)), installed);
  }

  /** Each says in its head how it is run, or as the samples do in the README. */
  static String task(Path file) {
    try {
      Matcher command = COMMAND.matcher(Files.readString(file));
      return command.find() ? command.group(1) : "lm";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void everyRecipeIsTaken() throws IOException {
    try (var files = Files.list(EXAMPLES)) {
      List<Path> recipes = files.filter(f -> f.toString().endsWith(".yaml")).toList();
      assertTrue(recipes.size() >= 2, recipes.toString());
      recipes.forEach(RecipesTest::model);
    }
  }

  @Test
  void theSmallModelOfZaremba() {
    var options = model(EXAMPLES.resolve("ptb-small.yaml")).options().toMap();
    assertEquals("sequence", options.get("loss"));
    assertEquals("uniform", options.get("init"));
    assertEquals("0.0", options.get("forget_bias"));
    assertEquals("0.0", options.get("dropout"));
    assertEquals("20", options.get("bptt"));
  }
}
