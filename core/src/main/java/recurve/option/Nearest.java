package recurve.option;

import java.util.Collection;
import java.util.Optional;

/** Finds what a misspelt name was probably meant to be. */
public final class Nearest {
  private Nearest() {}

  /** The known name with the fewest slips between it and the word, if they are few enough. */
  public static Optional<String> to(String word, Collection<String> known) {
    // one slip in a short word, one more for every four letters: 'gru' must not become 'rnn'
    int best = 2 + word.length() / 4;
    Optional<String> nearest = Optional.empty();
    for (String name : known.stream().sorted().toList()) {
      int distance = distance(word, name);
      if (distance < best) {
        best = distance;
        nearest = Optional.of(name);
      }
    }
    return nearest;
  }

  /**
   * {@code " Did you mean 'lstm'?"}, or nothing: to be put after a sentence that names the word.
   */
  public static String hint(String word, Collection<String> known) {
    return to(word, known).map(name -> " Did you mean '" + name + "'?").orElse("");
  }

  /** The same, and all names there are: {@code " Did you mean 'lstm'? There are: gru, lstm."}. */
  public static String listing(String word, Collection<String> known) {
    return hint(word, known) + " There are: " + String.join(", ", known) + ".";
  }

  /**
   * How many letters to insert, delete, replace or swap with their neighbour to make one word the
   * other (Damerau 1964; no letter is edited twice).
   */
  static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int replaced = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        d[i][j] = Math.min(replaced, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        if (swapped) d[i][j] = Math.min(d[i][j], 1 + d[i - 2][j - 2]);
      }
    }
    return d[a.length()][b.length()];
  }
}
