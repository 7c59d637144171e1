package recurve.ir;

/** Where in an author's source a node was written: file and line, or nothing where we made it. */
public record Origin(String file, int line) {
  /** Made by the framework. */
  public static final Origin NONE = new Origin("", 0);

  private static final StackWalker WALKER =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);
  // deep enough for an author's helper methods, shallow enough to cost a microsecond
  private static final int FRAMES = 12;

  /** The nearest frame outside this module's own packages. */
  static Origin caller() {
    return WALKER.walk(
        frames ->
            frames
                .limit(FRAMES)
                .filter(f -> !isOurs(f.getDeclaringClass()))
                .findFirst()
                .filter(f -> f.getFileName() != null)
                .map(f -> new Origin(f.getFileName(), f.getLineNumber()))
                .orElse(NONE));
  }

  // by package and not by module: on the class path, and in tests, everything is in one module
  private static boolean isOurs(Class<?> type) {
    String name = type.getPackageName();
    return name.equals("recurve.ir")
        || name.equals("recurve.transform")
        || name.equals("recurve.cell")
        || name.equals("recurve.train")
        || name.startsWith("java.");
  }

  /** {@code " (Mgu.java:21)"}, or nothing. */
  public String suffix() {
    return line == 0 ? "" : "  (" + file + ":" + line + ")";
  }
}
