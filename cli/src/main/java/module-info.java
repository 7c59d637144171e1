/** The application: commands over cells, tasks, backends and files, wired by Guice. */
module recurve.cli {
  requires com.google.common; // Guice needs it and, as an automatic module, cannot say so
  requires com.google.guice;
  requires info.picocli;
  requires jakarta.inject;
  requires static org.jspecify;
  requires recurve.core;
  requires recurve.io;
  requires recurve.measure;
  requires tools.jackson.core;
  requires tools.jackson.databind;
  requires tools.jackson.dataformat.yaml;

  exports recurve.cli;

  // Guice calls the constructors of the commands
  opens recurve.cli to
      com.google.guice;
}
