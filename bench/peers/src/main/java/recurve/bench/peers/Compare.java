package recurve.bench.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Runs two programs in turns of a second and prints the ratio of their speeds.
 *
 * <p>{@code Compare CONFIG PEER WARM_UP SECONDS OURS... -- THEIRS...}. Both are there all the time,
 * and the one whose turn it is not is halted, so that its threads cannot spin. A shared machine
 * changes from minute to minute: two neighbouring seconds meet the same one, two runs do not.
 *
 * <p>A program waits for a line of input before each turn, and writes {@code turn CONFIG
 * TOKENS_PER_S SHARE_OF_LIMIT} after it. What each does in its first turn, which compiles, and in
 * WARM_UP seconds after that is not counted; then SECONDS are.
 */
public final class Compare {
  private Compare() {}

  /** What a program did in a turn. */
  private record Turn(double rate, double share) {}

  /** A program that runs when it is told to. */
  private static final class Side implements AutoCloseable {
    private final Process process;
    private final BufferedReader out;
    private double passed = -1; // seconds of its turns after the first

    Side(List<String> command) throws IOException {
      process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      out = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Lets it run for a turn; null if it wants no other. */
    Turn turn() throws IOException, InterruptedException {
      long since = System.nanoTime();
      signal("CONT");
      try {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
      } catch (IOException e) {
        return null; // it has ended
      }
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        if (!line.startsWith("turn ")) {
          System.out.println(line);
          continue;
        }
        signal("STOP");
        passed = passed < 0 ? 0 : passed + (System.nanoTime() - since) / 1e9;
        String[] words = line.split(" ");
        return new Turn(Double.parseDouble(words[2]), Double.parseDouble(words[3]));
      }
      return null;
    }

    private void signal(String name) throws IOException, InterruptedException {
      if (!process.isAlive()) return;
      new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  /** Compares. */
  public static void main(String[] args) throws IOException, InterruptedException {
    String config = args[0], peer = args[1];
    double warmUp = Double.parseDouble(args[2]), seconds = Double.parseDouble(args[3]);
    List<String> commands = List.of(args).subList(4, args.length);
    int border = commands.indexOf("--");
    List<Turn> mine = new ArrayList<>(), others = new ArrayList<>();
    try (Side ours = new Side(commands.subList(0, border));
        Side theirs = new Side(commands.subList(border + 1, commands.size()))) {
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    ours.close();
                    theirs.close();
                  }));
      for (Turn a = ours.turn(), b = theirs.turn();
          a != null && b != null;
          a = ours.turn(), b = theirs.turn()) {
        double passed = Math.min(ours.passed, theirs.passed);
        if (passed < warmUp) continue;
        mine.add(a);
        others.add(b);
        String pair = "%s ours %.0f %s %.0f tokens/s%n";
        System.err.printf(Locale.ROOT, pair, config, a.rate(), peer, b.rate());
        if (passed > warmUp + seconds) break;
      }
    }
    if (mine.isEmpty()) throw new IOException("no turn of both: see what they wrote");
    double[] ratios = new double[mine.size()], shares = new double[mine.size()];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = mine.get(i).rate() / others.get(i).rate();
      shares[i] = mine.get(i).share() / ratios[i];
    }
    System.out.printf(
        Locale.ROOT,
        "ratio %s %.2f (quartiles %.2f to %.2f of %d turns; ours %.0f tokens/s, %.2f of the limit;"
            + " %s %.0f, %.2f)%n",
        config,
        at(ratios, 2),
        at(ratios, 1),
        at(ratios, 3),
        ratios.length,
        at(mine.stream().mapToDouble(Turn::rate).toArray(), 2),
        at(mine.stream().mapToDouble(Turn::share).toArray(), 2),
        peer,
        at(others.stream().mapToDouble(Turn::rate).toArray(), 2),
        at(shares, 2));
  }

  /** A quarter of the values is below the first quartile, a half below the second, the median. */
  private static double at(double[] values, int quartile) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[(sorted.length - 1) * quartile / 4];
  }
}
