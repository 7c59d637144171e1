import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;

/** Adds a compiled {@code module-info}, and the main class if there is one, to a jar. */
final class ModuleJar {
  private ModuleJar() {}

  public static void main(String[] args) {
    Path jar = Path.of(args[0]);
    Path classes = Path.of(args[1]);
    if (!Files.exists(jar) || !Files.exists(classes.resolve("module-info.class"))) {
      return;
    }
    var command = new ArrayList<String>(List.of("--update", "--file", jar.toString()));
    command.addAll(List.of("--date", args[2]));
    if (Files.exists(classes.resolve(args[3].replace('.', '/') + ".class"))) {
      command.addAll(List.of("--main-class", args[3]));
    }
    command.addAll(List.of("-C", classes.toString(), "module-info.class"));
    ToolProvider tool = ToolProvider.findFirst("jar").orElseThrow();
    System.exit(tool.run(System.out, System.err, command.toArray(String[]::new)));
  }
}
