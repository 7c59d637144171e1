package recurve.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import recurve.task.Subwords;

/**
 * What vocabularies of subwords must do: the same pieces whenever they are asked for, the text
 * again from its pieces, and some text from whatever pieces a model says.
 *
 * <p>Extend it, and hand over the plugin and the contents of some files.
 */
public abstract class SubwordsTck {
  /** For the class that extends this one. */
  protected SubwordsTck() {}

  /** The plugin to test. */
  protected abstract Subwords subwords();

  /** What some of its files hold, at least one. */
  protected abstract List<byte[]> files();

  /** Texts that become the very same again; characters that no vocabulary has are among them. */
  protected List<String> texts() {
    return List.of(
        "a",
        "12 March 1987",
        "z\u00fcgig \u0416 \u4e2d\u6587",
        "\ud83d\ude42 1 \ud83d\ude43\ud83d\ude42.",
        "(\ue000)");
  }

  private List<Subwords.Pieces> opened() {
    assertFalse(files().isEmpty(), "no file to test with");
    return files().stream().map(subwords()::open).toList();
  }

  /** The name can stand in a command and a file. */
  @Test
  public final void nameIsWellFormed() {
    assertTrue(subwords().name().matches("[a-z0-9-]+"), subwords().name());
  }

  /** No text is lost: what a model was taught by is what it says. */
  @Test
  public final void piecesBecomeTheTextAgain() {
    for (Subwords.Pieces pieces : opened()) {
      for (String text : texts()) {
        List<String> split = pieces.split(text);
        assertFalse(split.isEmpty(), text);
        assertTrue(split.stream().noneMatch(String::isEmpty), split.toString());
        assertEquals(text, pieces.join(split), split.toString());
        assertEquals(split, pieces.split(text));
      }
    }
  }

  /** A model may say any pieces in any order, or none. */
  @Test
  public final void anyPiecesAreText() {
    for (Subwords.Pieces pieces : opened()) {
      var all = new ArrayList<String>();
      for (String text : texts()) all.addAll(pieces.split(text));
      all.add("<unk>");
      Collections.shuffle(all, new Random(1));
      assertFalse(pieces.join(all).isBlank());
      assertEquals("", pieces.join(List.of()));
    }
  }

  /** A file of another kind is refused by the one exception that callers expect. */
  @Test
  public final void otherFilesAreRefused() {
    for (String other : List.of("", "no vocabulary at all")) {
      byte[] content = other.getBytes(StandardCharsets.UTF_8);
      assertThrows(IllegalArgumentException.class, () -> subwords().open(content));
    }
  }
}
