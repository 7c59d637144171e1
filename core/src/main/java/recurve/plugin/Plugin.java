package recurve.plugin;

/** Something that a user names: a cell, a task, a backend. A service. */
public interface Plugin {
  /** Its name, {@code [a-z0-9-]+}, unlike that of any other of its kind; a file format. */
  String name();
}
