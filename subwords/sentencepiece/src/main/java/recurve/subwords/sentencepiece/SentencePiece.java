package recurve.subwords.sentencepiece;

import ai.djl.engine.EngineException;
import ai.djl.sentencepiece.SpTokenizer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import recurve.task.Subwords;

/**
 * The kind {@code sentencepiece}: files that {@code spm_train} writes, of unigrams or byte pairs
 * (Kudo and Richardson 2018).
 *
 * <p>A space is part of the piece that follows it, so that pieces become the very text again.
 */
public final class SentencePiece implements Subwords {
  @Override
  public String name() {
    return "sentencepiece";
  }

  @Override
  public Pieces open(byte[] file) {
    return new Tokens(tokenizer(file));
  }

  private static SpTokenizer tokenizer(byte[] file) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    // where the library looks for its native part; a plugin's loader is not the application's
    thread.setContextClassLoader(SpTokenizer.class.getClassLoader());
    try {
      return new SpTokenizer(file);
    } catch (EngineException e) {
      throw new IllegalArgumentException("the library does not read it", e);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /** The library's object lives as long as this; its memory goes with the program. */
  private record Tokens(SpTokenizer tokenizer) implements Pieces {
    @Override
    public List<String> split(String text) {
      var stand = StandIns.of(text);
      return tokenizer.tokenize(stand.in(text)).stream().map(stand::out).toList();
    }

    @Override
    public String join(List<String> pieces) {
      if (pieces.isEmpty()) return "";
      var stand = StandIns.of(String.join("", pieces));
      return stand.out(tokenizer.buildSentence(pieces.stream().map(stand::in).toList()));
    }
  }

  /**
   * Characters for private use in place of those beyond 16 bits, which the library's Java part
   * (0.34) mangles, and all that follows them; so one of those is a piece of its own, or of an
   * unknown stretch.
   */
  private record StandIns(Map<String, String> byCharacter) {
    private static final int FIRST = 0xe000, LAST = 0xf8ff;

    static StandIns of(String text) {
      var all = new LinkedHashMap<String, String>();
      var free =
          IntStream.rangeClosed(FIRST, LAST)
              .mapToObj(Character::toString)
              .filter(c -> !text.contains(c))
              .iterator();
      text.codePoints()
          .filter(Character::isSupplementaryCodePoint)
          .mapToObj(Character::toString)
          .forEach(c -> all.computeIfAbsent(c, unused -> free.next()));
      return new StandIns(all);
    }

    String in(String text) {
      String changed = text;
      for (var e : byCharacter.entrySet()) changed = changed.replace(e.getKey(), e.getValue());
      return changed;
    }

    String out(String text) {
      String changed = text;
      for (var e : byCharacter.entrySet()) changed = changed.replace(e.getValue(), e.getKey());
      return changed;
    }
  }
}
