package recurve.tasks;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import recurve.cell.Encoder;
import recurve.cell.Scope;
import recurve.cell.Sequence;
import recurve.ir.Ops;
import recurve.ir.Tensor;
import recurve.option.Option;
import recurve.option.OptionException;
import recurve.option.Options;
import recurve.task.Corpus;

/**
 * What a model sees of a word: its vector and, beside it, one from its characters and those of what
 * the text says of it. The words may be single characters where a task reads those.
 */
public final class Words {
  public static final Option<Boolean> LOWERCASE =
      Option.of("lowercase", false, "look words up in lower case; characters keep theirs");

  private static final Logger LOG = System.getLogger(Words.class.getName());

  private final Options options;
  private final Vocabulary vocabulary;
  private final Embedding embedding;
  private final Optional<Characters> characters;
  private final Features features;

  private Words(
      Options options,
      Vocabulary vocabulary,
      Embedding embedding,
      Optional<Characters> characters,
      Features features) {
    this.options = options;
    this.vocabulary = vocabulary;
    this.embedding = embedding;
    this.characters = characters;
    this.features = features;
  }

  /** What a user may set of words, their vectors and their characters. */
  public static List<Option<?>> options() {
    var all = new ArrayList<Option<?>>();
    all.add(LOWERCASE);
    all.add(Vocabulary.MIN_COUNT);
    all.add(Vocabulary.MOST);
    all.addAll(Embedding.options());
    all.add(Embedding.EVERY_WORD);
    all.addAll(Characters.options());
    return all;
  }

  private static boolean hasCharacters(Options options) {
    return options.get(Characters.READING) != Characters.Reading.NONE;
  }

  private static String form(Options options, String word) {
    return options.get(LOWERCASE) ? word.toLowerCase(Locale.ROOT) : word;
  }

  /** Counts the words of a training text. */
  public static final class Counter {
    private final Options options;
    private final Vocabulary.Counter words = new Vocabulary.Counter();
    private final Vocabulary.Counter characters = new Vocabulary.Counter();
    private final List<Vocabulary.Counter> features = new ArrayList<>();

    public Counter(Options options) {
      this.options = options;
    }

    /** Counts one more of a word. */
    public void add(String word) {
      words.add(form(options, word));
      if (hasCharacters(options)) Characters.of(word).forEach(characters::add);
    }

    /**
     * Counts what a text says of its words.
     *
     * @param values for each feature its values, one for each word; as many features in each text
     */
    public void addFeatures(List<List<String>> values) {
      for (int i = 0; i < values.size(); i++) {
        if (i == features.size()) features.add(new Vocabulary.Counter());
        values.get(i).forEach(features.get(i)::add);
      }
    }

    /** The words that the options ask for, with vectors to begin with. */
    public Words words() {
      boolean every = options.get(Embedding.EVERY_WORD);
      if (every && options.get(Embedding.VECTORS).isEmpty()) {
        throw new OptionException(
            Embedding.EVERY_WORD + " needs a file of vectors. Name it with " + Embedding.VECTORS);
      }
      Vocabulary known = words.top(options, List.of(Vocabulary.UNKNOWN));
      Vocabulary letters = characters.top(1, 0, List.of(Vocabulary.UNKNOWN));
      return new Words(
          options,
          known,
          // what is looked up in another form would never be found
          Embedding.begin(options, known, word -> every && form(options, word).equals(word)),
          hasCharacters(options) ? Optional.of(new Characters(options, letters)) : Optional.empty(),
          new Features(
              options,
              features.stream().map(f -> f.top(1, 0, List.of(Vocabulary.UNKNOWN))).toList()));
    }
  }

  /**
   * The words of a model that was saved.
   *
   * @param name of the vocabulary
   */
  public static Words saved(Options options, Map<String, List<String>> all, String name) {
    Vocabulary words = Vocabulary.saved(all, name);
    Optional<Characters> characters =
        hasCharacters(options)
            ? Optional.of(new Characters(options, Vocabulary.saved(all, Characters.CHARACTERS)))
            : Optional.empty();
    return new Words(
        options,
        words,
        Embedding.saved(options, words, all),
        characters,
        Features.saved(options, all));
  }

  /** The words that have ids. */
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  /** The vocabularies to save: of the words, under this name, and of the characters. */
  public Map<String, List<String>> vocabularies(String name) {
    var all = new LinkedHashMap<String, List<String>>();
    all.put(name, vocabulary.words());
    embedding.beyond().ifPresent(more -> all.put(Embedding.BEYOND, more.words()));
    characters.ifPresent(c -> all.put(Characters.CHARACTERS, c.vocabulary().words()));
    all.putAll(features.vocabularies());
    return all;
  }

  /** Metadata of an exported graph: each vocabulary, a word a line, in the order of ids. */
  public Map<String, String> metadata() {
    var all = new LinkedHashMap<String, String>();
    if (options.get(LOWERCASE)) all.put(LOWERCASE.name(), "true");
    Stream<String> more = embedding.beyond().stream().flatMap(v -> v.words().stream());
    all.put(
        "vocabulary",
        Stream.concat(vocabulary.words().stream(), more).collect(Collectors.joining("\n")));
    characters.ifPresent(
        c -> all.put(Characters.CHARACTERS, String.join("\n", c.vocabulary().words())));
    features.vocabularies().forEach((name, values) -> all.put(name, String.join("\n", values)));
    return all;
  }

  /**
   * A text as ids.
   *
   * @param ids of its words
   * @param spellings of its words, the same word as the same array; empty where none is read
   * @param features for each its values, one for each word
   */
  public record Text(int[] ids, int[][] spellings, int[][] features) {
    /** How many words it has. */
    public int length() {
      return ids.length;
    }
  }

  /** The id of a word, or that of the unknown; those of words beyond the vocabulary come last. */
  private int id(String form) {
    boolean further =
        !vocabulary.contains(form) && embedding.beyond().filter(v -> v.contains(form)).isPresent();
    return further
        ? vocabulary.size() + embedding.beyond().orElseThrow().id(form)
        : vocabulary.id(form);
  }

  /** Turns the texts of one corpus into ids. */
  public Reader reader() {
    return new Reader();
  }

  /** Reads the texts of one corpus, and remembers whether any word or character was known. */
  public final class Reader {
    private final Map<String, int[]> spellings = new HashMap<>();
    private boolean known;

    private Reader() {}

    /** A text of at least one word. */
    public Text read(List<String> words) {
      return read(words, List.of());
    }

    /**
     * The same, with what is said of its words.
     *
     * @param values for each feature its values, one for each word
     */
    public Text read(List<String> words, List<List<String>> values) {
      int[] ids = new int[words.size()];
      int[][] spelt = new int[characters.isPresent() ? ids.length : 0][];
      for (int t = 0; t < ids.length; t++) {
        ids[t] = id(form(options, words.get(t)));
        known |= ids[t] != vocabulary.id(Vocabulary.UNKNOWN);
        if (characters.isEmpty()) continue;
        known |= characters.get().knows(words.get(t));
        spelt[t] = spellings.computeIfAbsent(words.get(t), characters.get()::ids);
      }
      return new Text(ids, spelt, features.ids(values));
    }

    /** Warns of a text to predict from of which not one word is known: what is said is a guess. */
    public void warnOfForeign() {
      if (known) return;
      LOG.log(
          Level.WARNING,
          "not one symbol of the text is in the model's vocabulary; is it the right model?");
    }

    /** Refuses a corpus of which not one word is known: it is the wrong file. */
    public void refuseForeign(Corpus corpus) {
      if (!known) throw Texts.unknown(corpus);
    }
  }

  /** The inputs of a batch. */
  public Map<String, Tensor> inputs(List<Text> texts) {
    int[][] ids = texts.stream().map(Text::ids).toArray(int[][]::new);
    var inputs = new LinkedHashMap<>(Rows.inputs(ids));
    characters.ifPresent(
        c -> inputs.putAll(c.inputs(texts.stream().map(Text::spellings).toArray(int[][][]::new))));
    inputs.putAll(features.inputs(texts.stream().map(Text::features).toList()));
    return inputs;
  }

  /** What is seen of a batch's words, [T, B, width], from the inputs of {@link #inputs}. */
  public Sequence sequence(Scope scope, Encoder encoder) {
    Sequence x = embedding.sequence(scope);
    var parts = new ArrayList<>(List.of(x.values()));
    characters.ifPresent(c -> parts.add(c.vectors(scope, encoder)));
    parts.addAll(features.vectors(scope));
    return parts.size() == 1 ? x : x.with(Ops.concat(2, parts));
  }
}
