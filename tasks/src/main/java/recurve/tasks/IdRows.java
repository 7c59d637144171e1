package recurve.tasks;

import java.util.Arrays;

/** Sequences of ids, as many and as long as an {@link Ids} holds. */
public final class IdRows {
  private final Ids ids;
  private final Ids ends; // of each sequence the lower and the upper half of where it ends

  public IdRows() {
    this(new Ids(), new Ids());
  }

  /** None yet, in two lists that are empty. */
  IdRows(Ids ids, Ids ends) {
    this.ids = ids;
    this.ends = ends;
  }

  /** Appends a sequence. */
  public void add(int[] row) {
    for (int id : row) ids.add(id);
    ends.add((int) ids.size());
    ends.add((int) (ids.size() >>> 32));
  }

  /** How many sequences there are. */
  public int size() {
    return Math.toIntExact(ends.size() / 2);
  }

  private long end(long place) {
    return Integer.toUnsignedLong(ends.get(2 * place)) | (long) ends.get(2 * place + 1) << 32;
  }

  private long start(int place) {
    return place == 0 ? 0 : end(place - 1);
  }

  /** How many ids the sequence at a place has. */
  public int length(int place) {
    return Math.toIntExact(end(place) - start(place));
  }

  /** A copy of the sequence at a place. */
  public int[] get(int place) {
    return ids.copy(start(place), length(place));
  }

  /** Copies of the sequences at some places. */
  public int[][] at(int[] places) {
    return Arrays.stream(places).mapToObj(this::get).toArray(int[][]::new);
  }
}
