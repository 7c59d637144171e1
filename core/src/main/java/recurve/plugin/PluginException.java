package recurve.plugin;

/** A plugin is missing, cannot be loaded, or stands in the way of another. */
public final class PluginException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** One line: what was found, where, and what to do. */
  public PluginException(String message) {
    super(message);
  }

  /** One line, and what caused it. */
  public PluginException(String message, Throwable cause) {
    super(message, cause);
  }
}
