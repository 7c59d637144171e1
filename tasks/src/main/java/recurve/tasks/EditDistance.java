package recurve.tasks;

import java.util.List;

/** How many insertions, deletions and substitutions turn one sequence into another. */
public final class EditDistance {
  private EditDistance() {}

  /** The least number of edits (Levenshtein 1966). */
  public static int of(List<?> from, List<?> to) {
    int[] row = new int[to.size() + 1];
    for (int j = 0; j < row.length; j++) row[j] = j;
    for (int i = 1; i <= from.size(); i++) {
      int diagonal = row[0]; // of the row before
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int substituted = diagonal + (from.get(i - 1).equals(to.get(j - 1)) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[to.size()];
  }
}
