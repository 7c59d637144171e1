import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes {@code META-INF/services} from the {@code provides} of a compiled {@code module-info}, so
 * that providers are declared once and class-path users find them too.
 */
final class Services {
  private Services() {}

  public static void main(String[] args) throws IOException {
    Path classes = Path.of(args[0]);
    Path moduleInfo = classes.resolve("module-info.class");
    if (!Files.exists(moduleInfo)) {
      return;
    }
    try (var in = Files.newInputStream(moduleInfo)) {
      for (ModuleDescriptor.Provides provides : ModuleDescriptor.read(in).provides()) {
        Path file = classes.resolve("META-INF/services").resolve(provides.service());
        String lines = String.join("\n", provides.providers()) + "\n";
        if (!Files.exists(file) || !Files.readString(file).equals(lines)) {
          Files.createDirectories(file.getParent());
          Files.writeString(file, lines);
        }
      }
    }
  }
}
