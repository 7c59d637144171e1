package recurve.io.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import recurve.io.FileException;

class WordVectorsTest {
  @TempDir Path folder;

  @Test
  void readsWord2vecAndFastTextWithTheirHeader() throws IOException {
    WordVectors v = read("2 3\n</s> 1 2 3 \nthe -1e-2 .5 4\n");
    assertEquals(3, v.dimension());
    assertEquals(List.of("</s>", "the"), List.copyOf(v.vectors().keySet()));
    assertArrayEquals(new float[] {-0.01f, 0.5f, 4}, v.vectors().get("the"));
  }

  @Test
  void readsGloveWithoutHeaderAndWithWordsOfSeveralParts() throws IOException {
    WordVectors v = read("the 1 2 3\nat name@domain.com 4 5 6\n2000 7 8 9\n");
    assertEquals(Set.of("the", "at name@domain.com", "2000"), v.vectors().keySet());
    assertArrayEquals(new float[] {4, 5, 6}, v.vectors().get("at name@domain.com"));
  }

  @Test
  void keepsWantedWordsOnlyAndTheFirstOfTwo() throws IOException {
    Path file = Files.writeString(folder.resolve("v.txt"), "a 1 2\nb 3 4\na 5 6\n");
    WordVectors v = WordVectors.read(file, "a"::equals);
    assertEquals(Set.of("a"), v.vectors().keySet());
    assertArrayEquals(new float[] {1, 2}, v.vectors().get("a"));
    assertEquals(Set.of("a"), v.duplicates());
  }

  @Test
  void namesTheLineOfWhatIsWrong() {
    check("a 1 2\nb 3\n", ":2:1: 1 numbers after the word; expected 2. Is the line cut?");
    check("a 1 2\nb 3 4 5\n", ":2:1: 3 numbers after the word; expected 2. Is the line cut?");
    check("a 1 2\n\n", ":2:1: -1 numbers after the word; expected 2. Is the line cut?");
    check("1 3\na 1 2\n", ":2:1: 2 numbers after the word; expected 3. Is the line cut?");
    check("é 1 2\né x 4\n", ":2:3: 'x'; expected a number.");
    check("a 1 NaN\n", ":1:5: 'NaN'; expected a finite number. Remove the line.");
    check("a 1 1e99\n", ":1:5: '1e99'; expected a finite number. Remove the line.");
    check(
        "3 1\na 1\nb 2\n",
        ":3: the file ends after 2 words; its first line announces 3. Get it again.");
  }

  @Test
  void refusesAnotherWidthThanTheEmbeddings() throws IOException {
    Path file = Files.writeString(folder.resolve("v.txt"), "a 1 2\n");
    var e = assertThrows(FileException.class, () -> WordVectors.read(file, 3, w -> true));
    assertEquals(
        file + ": has vectors of 2 numbers; expected 3. Set the embedding's width to 2.",
        e.getMessage());
  }

  private void check(String text, String message) {
    var e = assertThrows(FileException.class, () -> read(text));
    assertEquals(folder.resolve("v.txt") + message, e.getMessage());
    assertEquals(65, e.category().exitCode());
  }

  private WordVectors read(String text) throws IOException {
    return WordVectors.read(Files.writeString(folder.resolve("v.txt"), text), w -> true);
  }
}
