/** The command line: the composition root, where plugins are found and bound. */
module recurve.cli {
  requires recurve.core;
  requires recurve.io;
}
