package recurve.tasks;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import recurve.option.Option;
import recurve.option.OptionException;
import recurve.option.Options;

/** Words and their ids, from 0 on. The first are the special ones. */
public final class Vocabulary {
  /** The end of a sentence. */
  public static final String EOS = "<eos>";

  /** Stands for every word that is not in the vocabulary. */
  public static final String UNKNOWN = "<unk>";

  public static final Option<Integer> MIN_COUNT =
      Option.of("min_count", 1, "rarer symbols become <unk>").atLeast(1);
  public static final Option<Integer> MOST =
      Option.of("vocabulary", 0, "most symbols to keep; 0 keeps all").atLeast(0);

  private final List<String> words;
  private final Map<String, Integer> ids = new HashMap<>();

  /** The words in the order of their ids. */
  public Vocabulary(List<String> words) {
    this.words = List.copyOf(words);
    for (int i = 0; i < this.words.size(); i++) {
      if (ids.put(this.words.get(i), i) != null) {
        throw new IllegalArgumentException("'" + this.words.get(i) + "' has two ids");
      }
    }
  }

  /**
   * A vocabulary that was saved with a model.
   *
   * @throws OptionException if the model has none of that name: it is another task's
   */
  public static Vocabulary saved(Map<String, List<String>> all, String name) {
    List<String> words = all.get(name);
    if (words != null) return new Vocabulary(words);
    throw new OptionException("the model has no vocabulary '" + name + "'; it is another task's");
  }

  /** The first words, to show what there is. */
  public String listed() {
    String first = String.join(", ", words.stream().limit(20).toList());
    return words.size() > 20 ? first + ", ..." : first;
  }

  public int size() {
    return words.size();
  }

  public List<String> words() {
    return words;
  }

  public String word(int id) {
    return words.get(id);
  }

  public boolean contains(String word) {
    return ids.containsKey(word);
  }

  /** Whether the word has an id of its own, and is not the one that stands for the others. */
  public boolean knows(String word) {
    return contains(word) && !word.equals(UNKNOWN);
  }

  /** The id of a word, or that of {@link #UNKNOWN}. */
  public int id(String word) {
    Integer id = ids.get(word);
    if (id == null) id = ids.get(UNKNOWN);
    if (id == null) throw new IllegalArgumentException("no id for '" + word + "'");
    return id;
  }

  /** Counts words, to make a vocabulary of the frequent ones. */
  public static final class Counter {
    private final Map<String, Integer> counts = new LinkedHashMap<>();

    /** Counts one more of a word. */
    public void add(String word) {
      counts.merge(word, 1, Integer::sum);
    }

    /** Whether nothing was counted. */
    public boolean isEmpty() {
      return counts.isEmpty();
    }

    /** How often a word was counted. */
    public int count(String word) {
      return counts.getOrDefault(word, 0);
    }

    /** The vocabulary that the options ask for, the special words first. */
    public Vocabulary top(Options options, List<String> special) {
      return top(options.get(MIN_COUNT), options.get(MOST), special);
    }

    /**
     * The special words, then those counted at least {@code least} times, the most frequent first
     * and the alphabetically first among equals.
     *
     * @param size how many to keep at most, special ones included; 0 keeps all
     */
    public Vocabulary top(int least, int size, List<String> special) {
      var order =
          Comparator.<Map.Entry<String, Integer>>comparingInt(e -> -e.getValue())
              .thenComparing(Map.Entry::getKey);
      Stream<String> frequent =
          counts.entrySet().stream()
              .filter(e -> e.getValue() >= least && !special.contains(e.getKey()))
              .sorted(order)
              .map(Map.Entry::getKey);
      Stream<String> all = Stream.concat(special.stream(), frequent);
      return new Vocabulary((size == 0 ? all : all.limit(size)).toList());
    }
  }
}
