package recurve.plugin;

import java.io.IOException;
import java.lang.module.FindException;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.lang.module.ResolutionException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** Plugin jars from a folder, as modules in a layer of their own. */
public final class Plugins {
  private Plugins() {}

  /**
   * Makes modules of all jars in a folder, able to use the application's modules and each other.
   *
   * <p>Other files are passed over. A jar without a module descriptor becomes an automatic module.
   *
   * @throws PluginException naming the folder or the jar: it cannot be read, is no jar, holds no
   *     module, or needs a module that is not there
   */
  public static ModuleLayer layer(Path folder) {
    ModuleLayer parent =
        Optional.ofNullable(Plugins.class.getModule().getLayer()).orElseGet(ModuleLayer::boot);
    List<Path> jars = jars(folder);
    var owners = new TreeMap<String, Path>();
    for (Path jar : jars) {
      String name = module(jar).descriptor().name();
      if (parent.findModule(name).isPresent()) {
        throw new PluginException(
            jar + ": module " + name + " is part of the application already. Remove the jar.");
      }
      Path other = owners.putIfAbsent(name, jar);
      if (other != null) {
        throw new PluginException(
            other + " and " + jar + " both hold module " + name + ". Remove one of them.");
      }
    }
    ModuleFinder finder = ModuleFinder.of(jars.toArray(Path[]::new));
    try {
      var configuration =
          parent.configuration().resolveAndBind(finder, ModuleFinder.of(), owners.keySet());
      return parent.defineModulesWithManyLoaders(configuration, Plugins.class.getClassLoader());
    } catch (FindException | ResolutionException | LayerInstantiationException e) {
      throw new PluginException(
          folder + ": " + line(e) + ". Put what is missing into the folder, or take the jar out.",
          e);
    }
  }

  private static List<Path> jars(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new PluginException(folder + ": no such folder of plugins");
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(f -> f.getFileName().toString().endsWith(".jar") && Files.isRegularFile(f))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new PluginException(folder + ": cannot be listed: " + line(e), e);
    }
  }

  private static ModuleReference module(Path file) {
    try (JarFile jar = new JarFile(file.toFile())) {
      jar.getManifest(); // reads the directory and an entry: a broken archive shows here
    } catch (IOException e) {
      throw new PluginException(file + ": not a jar: " + line(e) + ". Remove or replace it.", e);
    }
    try {
      return ModuleFinder.of(file).findAll().iterator().next();
    } catch (FindException e) {
      throw new PluginException(file + ": holds no module: " + line(e), e);
    }
  }

  private static String line(Exception e) {
    String text = Optional.ofNullable(e.getMessage()).orElse(e.getClass().getSimpleName());
    String cause =
        Optional.ofNullable(e.getCause()).map(Throwable::getMessage).map(m -> ": " + m).orElse("");
    return (text + cause).replaceAll("\\s*\\R\\s*", " ");
  }
}
