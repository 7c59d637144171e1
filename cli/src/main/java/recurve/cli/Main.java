package recurve.cli;

import com.google.inject.Guice;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The application. */
public final class Main {
  private Main() {}

  /** Runs a command line and ends the process with its exit code. */
  public static void main(String[] args) {
    java.io.Console seen = System.console();
    boolean terminal = seen != null && seen.isTerminal();
    // what we read is UTF-8 whatever the locale, so what we write is too
    var standard = new Standard();
    PrintStream out = utf8(standard);
    var interruption = new Interruption();
    Runtime.getRuntime().addShutdownHook(new Thread(interruption::signal, "signal"));
    var console =
        new Console(System.in, out, utf8(new FileOutputStream(FileDescriptor.err)), terminal);
    int code = run(args, console, interruption);
    out.flush();
    if (code == Exit.FINE.code() && standard.problem().isPresent()) {
      Complaint lost = Complaint.of(standard.problem().get());
      code = lost.print(console.err(), standard.problem().get(), false);
    }
    interruption.over();
    System.exit(code);
  }

  private static PrintStream utf8(OutputStream stream) {
    return new PrintStream(new BufferedOutputStream(stream), true, StandardCharsets.UTF_8);
  }

  /** Runs a command line and gives its exit code; never ends the process. */
  public static int run(String[] args, PrintStream out, PrintStream err) {
    var console = new Console(InputStream.nullInputStream(), out, err, false);
    return run(args, console, new Interruption());
  }

  static int run(String[] args, Console console, Interruption interruption) {
    boolean debug = List.of(args).contains(Flags.DEBUG);
    if (args.length == 1 && Shell.VERSION_FLAGS.contains(args[0])) { // at once: no plugin is asked
      console.out().println(Shell.VERSION);
      return Exit.FINE.code();
    }
    try {
      Installed installed = Installed.load(Installed.folders(List.of(args)), console);
      var wiring = new Wiring(console, installed, interruption);
      Guice.createInjector(wiring).getInstance(Shell.class).run(args);
      return Exit.FINE.code();
    } catch (RuntimeException e) { // the one place where every failure ends
      return Complaint.of(e).print(console.err(), e, debug);
    } catch (LinkageError e) { // of a plugin that was built against something else
      return Complaint.of(e).print(console.err(), e, debug);
    } catch (OutOfMemoryError e) {
      return Complaint.of(e).print(console.err(), e, debug);
    }
  }
}
