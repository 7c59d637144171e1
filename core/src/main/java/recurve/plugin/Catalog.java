package recurve.plugin;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.ServiceLoader.Provider;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import recurve.option.Nearest;

/**
 * The installed plugins of one kind, by name.
 *
 * <p>Immutable. A provider that cannot be loaded is among the {@link #failures}; the others are
 * there all the same.
 *
 * @param <S> the kind: the service's interface
 */
public final class Catalog<S extends Plugin> {
  /**
   * A plugin and where it is from.
   *
   * @param origin the module's name, or {@code class path}
   */
  public record Entry<S>(String name, S plugin, String origin) {}

  /** A provider that could not be loaded, and why, in one line. */
  public record Failure(String origin, String reason) {
    @Override
    public String toString() {
      return origin + ": " + reason;
    }
  }

  private static final String CLASS_PATH = "class path";

  private final Class<S> service;
  private final Map<String, Entry<S>> entries = new TreeMap<>();
  private final List<Failure> failures = new ArrayList<>();

  private Catalog(Class<S> service) {
    this.service = service;
  }

  /**
   * What is on the module path and the class path.
   *
   * @throws PluginException if two plugins have one name
   */
  public static <S extends Plugin> Catalog<S> load(Class<S> service) {
    return load(service, List.of());
  }

  /**
   * What is on the module path, the class path and in further layers; see {@link Plugins#layer}.
   *
   * @throws PluginException if two plugins have one name
   */
  public static <S extends Plugin> Catalog<S> load(
      Class<S> service, Collection<ModuleLayer> layers) {
    // a kind that another module defines is looked up from here too
    Catalog.class.getModule().addUses(service);
    var catalog = new Catalog<>(service);
    List<ModuleLayer> home =
        Optional.ofNullable(Catalog.class.getModule().getLayer()).stream().toList();
    catalog.addAll(ServiceLoader.load(service), home, type -> true);
    for (ModuleLayer layer : layers) {
      // the loader goes on to the layer's parents, which have been looked at
      catalog.addAll(
          ServiceLoader.load(layer, service),
          List.of(layer),
          type -> layer.equals(type.getModule().getLayer()));
    }
    return catalog;
  }

  /**
   * A catalog of plugins made by hand.
   *
   * @throws PluginException if two have one name, or a name is malformed
   */
  public static <S extends Plugin> Catalog<S> of(
      Class<S> service, Collection<? extends S> plugins) {
    var catalog = new Catalog<>(service);
    for (S plugin : plugins) catalog.add(plugin);
    if (!catalog.failures.isEmpty()) {
      throw new PluginException(catalog.failures.get(0).toString());
    }
    return catalog;
  }

  /** The same names and origins, each plugin replaced by what it becomes. */
  public Catalog<S> map(UnaryOperator<S> change) {
    var catalog = new Catalog<>(service);
    entries.forEach(
        (name, e) ->
            catalog.entries.put(name, new Entry<>(name, change.apply(e.plugin()), e.origin())));
    catalog.failures.addAll(failures);
    return catalog;
  }

  // -- asking

  /**
   * The plugin of a name.
   *
   * @throws PluginException if there is none; the message lists what is installed
   */
  public S get(String name) {
    return find(name).orElseThrow(() -> missing(name)).plugin();
  }

  /** The plugin of a name with its origin, if it is installed. */
  public Optional<Entry<S>> find(String name) {
    return Optional.ofNullable(entries.get(name));
  }

  /** All names, sorted. */
  public List<String> names() {
    return List.copyOf(entries.keySet());
  }

  /** All plugins, sorted by name. */
  public List<Entry<S>> entries() {
    return List.copyOf(entries.values());
  }

  /** The providers that could not be loaded. */
  public List<Failure> failures() {
    return List.copyOf(failures);
  }

  private PluginException missing(String name) {
    String kind = service.getSimpleName().toLowerCase(Locale.ROOT);
    var text = new StringBuilder("no " + kind + " named '" + name + "'.");
    text.append(Nearest.hint(name, entries.keySet()));
    text.append(entries.isEmpty() ? " None is installed." : " Installed: " + installed() + ".");
    for (Failure failure : failures) text.append(" Not loaded: ").append(failure).append('.');
    text.append(" To add one, put its jar on the module path or into a plugins folder.");
    return new PluginException(text.toString());
  }

  /** {@code elman, gru (recurve.cells), mgu (acme.cells)}. */
  private String installed() {
    return entries.values().stream()
        .sorted(Comparator.comparing((Entry<S> e) -> !e.origin().startsWith("recurve.")))
        .collect(Collectors.groupingBy(Entry::origin, LinkedHashMap::new, Collectors.toList()))
        .entrySet()
        .stream()
        .map(
            from ->
                from.getValue().stream().map(Entry::name).collect(Collectors.joining(", "))
                    + " ("
                    + from.getKey()
                    + ")")
        .collect(Collectors.joining(", "));
  }

  // -- loading

  private void addAll(
      ServiceLoader<S> loader, List<ModuleLayer> layers, Predicate<Class<?>> wanted) {
    var providers = new ArrayList<Provider<S>>();
    var seen = new HashSet<String>(); // a loader that cannot go on repeats itself
    var walk = loader.stream().spliterator();
    boolean more = true;
    while (more) {
      try {
        more = walk.tryAdvance(providers::add);
      } catch (ServiceConfigurationError | LinkageError e) {
        String reason = reason(e);
        more = seen.add(reason);
        if (more) failures.add(new Failure(owner(reason, layers), reason));
      }
    }
    for (Provider<S> provider : providers) {
      if (!wanted.test(provider.type())) continue;
      try {
        add(provider.get());
      } catch (ServiceConfigurationError | LinkageError e) {
        failures.add(new Failure(origin(provider.type()), reason(e)));
      }
    }
  }

  private void add(S plugin) {
    String name = plugin.name();
    String from = origin(plugin.getClass());
    if (!name.matches("[a-z0-9-]+")) {
      String type = plugin.getClass().getName();
      failures.add(new Failure(from, type + " is named '" + name + "', not [a-z0-9-]+"));
      return;
    }
    Entry<S> other = entries.putIfAbsent(name, new Entry<>(name, plugin, from));
    if (other == null || other.plugin().getClass() == plugin.getClass()) return;
    String kind = service.getSimpleName().toLowerCase(Locale.ROOT);
    throw new PluginException(
        "two plugins are "
            + kind
            + " '"
            + name
            + "': "
            + at(other.plugin())
            + " and "
            + at(plugin)
            + ". Remove one of them.");
  }

  private static String at(Object plugin) {
    return plugin.getClass().getName() + " (" + origin(plugin.getClass()) + ")";
  }

  private static String origin(Class<?> type) {
    Module module = type.getModule();
    return module.isNamed() ? module.getName() : CLASS_PATH;
  }

  /** The module that declares the provider which a message speaks of. */
  private String owner(String message, List<ModuleLayer> layers) {
    for (ModuleLayer layer : layers) {
      for (Module module : layer.modules()) {
        for (var provides : module.getDescriptor().provides()) {
          if (!provides.service().equals(service.getName())) continue;
          if (provides.providers().stream().anyMatch(message::contains)) return module.getName();
        }
      }
    }
    return CLASS_PATH;
  }

  /** An error and its causes in one line. */
  private static String reason(Throwable error) {
    var parts = new ArrayList<String>();
    for (Throwable e = error; e != null; e = e.getCause()) {
      String text =
          e instanceof ServiceConfigurationError ? "" : e.getClass().getSimpleName() + " ";
      text += Optional.ofNullable(e.getMessage()).orElse("");
      parts.add(text.strip().replaceAll("\\s*\\R\\s*", " "));
    }
    return String.join(": ", parts);
  }
}
