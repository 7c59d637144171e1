package recurve.tasks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import recurve.option.Options;

/**
 * A text and what is to be said of it, as ids.
 *
 * @param targets of the text's labels, or of its words' tags
 */
public record Example(Words.Text text, int[] targets) {
  /** The input of a graph that holds the targets. */
  public static final String TARGETS = "targets";

  /**
   * What is said of each text, in the order of the texts; they are looked at in groups of like
   * length.
   *
   * @param padded whether texts of different lengths may stand together
   * @param group the places of some texts to what is said of each
   */
  public static <A> List<A> answers(
      Options options, List<Words.Text> texts, boolean padded, Function<int[], List<A>> group) {
    var most = padded ? Buckets.Most.of(options) : Buckets.Most.of(options).unpadded();
    var lengths = Buckets.Lengths.of(texts.size(), i -> texts.get(i).length());
    var answers = new ArrayList<List<A>>(Collections.nCopies(texts.size(), List.of()));
    for (int[] places : Buckets.sorted(lengths, most).groups()) {
      List<A> own = group.apply(places);
      for (int b = 0; b < places.length; b++) answers.set(places[b], List.of(own.get(b)));
    }
    return answers.stream().flatMap(List::stream).toList();
  }

  /** Some items of a list. */
  public static <T> List<T> at(int[] places, List<T> items) {
    var own = new ArrayList<T>(places.length);
    for (int place : places) own.add(items.get(place));
    return own;
  }
}
