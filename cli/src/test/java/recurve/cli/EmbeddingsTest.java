package recurve.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddingsTest {
  @TempDir Path dir;
  private String vectors;

  @BeforeEach
  void vectors() throws IOException {
    vectors = write("v.txt", "east 2 0\nnorth 0 1\nnortheast 3 3\nwest -1 0\n");
  }

  private String write(String name, String text) throws IOException {
    return Files.writeString(dir.resolve(name), text).toString();
  }

  private Cli embeddings(String... args) {
    var all = new String[args.length + 1];
    all[0] = "embeddings";
    System.arraycopy(args, 0, all, 1, args.length);
    return Cli.run(all);
  }

  @Test
  void nearestAnalogyAndSimilarity() {
    Cli near = embeddings("nearest", vectors, "northeast", "--top", "1").fine();
    assertEquals("east\t0.7071\n", near.out());
    Cli analogy = embeddings("analogy", vectors, "east", "northeast", "west", "--top", "1").fine();
    assertTrue(analogy.out().startsWith("north\t"), analogy.out());
    assertEquals(
        "cosine\t-1.0000\n", embeddings("similarity", vectors, "east", "west").fine().out());
    String json = embeddings("nearest", vectors, "EAST", "--lowercase", "--json").fine().out();
    assertTrue(json.startsWith("{\"northeast\":0.707"), json);
  }

  @Test
  void testsOfWords() throws IOException {
    String pairs =
        write("p.csv", "Word 1,Word 2,Human\neast,northeast,8\neast,north,5\nEast,west,1\n");
    Cli similar = embeddings("similarity", vectors, "--data", pairs).fine();
    assertEquals("pairs\t2\nmissing\t1\nspearman\t1.0000\n", similar.out());
    similar = embeddings("similarity", vectors, "--data", pairs, "--lowercase").fine();
    assertEquals("pairs\t3\nmissing\t0\nspearman\t1.0000\n", similar.out());
    String questions =
        write(
            "q.txt",
            ": half turns\n"
                + "east northeast west north\n"
                + "east north west up\n"
                + ": none\n"
                + "east west north east\n");
    Cli analogies = embeddings("analogy", vectors, "--data", questions).fine();
    assertEquals(
        "half turns\t100.0000\nnone\t0.0000\nquestions\t2\nmissing\t1\naccuracy\t50.0000\n",
        analogies.out());
    String bad = write("bad.txt", "east west 1\neast west\n");
    embeddings("similarity", vectors, "--data", bad)
        .failed(65, bad + ":2:1: 'east west'; expected two words and a number.");
    embeddings("analogy", vectors, "--data", bad)
        .failed(65, bad + ":1:1: 3 words; expected four, or ': section'.");
  }

  @Test
  void whatAModelHasLearnt() throws IOException {
    Path text = Cli.text(dir.resolve("text.txt"), 40, 1);
    Path model = dir.resolve("model");
    Cli.train(text, model, "--epochs", "1").fine();
    Cli near = embeddings("nearest", model.toString(), "cat", "--top", "3").fine();
    assertEquals(3, near.out().lines().count());
    embeddings("nearest", model.toString(), "cat", "--table", "tags")
        .failed(2, "recurve: no table 'tags'; the model has symbols");
  }

  /** The words come first, whatever the order of the files; their characters by name. */
  @Test
  void aModelWithSeveralTables() throws IOException {
    String text = write("tags.txt", "cat N\nsees V\n\ncats N\nsee V\n");
    String model = dir.resolve("tagger").toString();
    String[] train = {"train", "tag", "--train", text, "--out", model, "--characters", "cnn"};
    Cli.run(train).fine();
    assertEquals(5, 1 + embeddings("nearest", model, "cat").fine().out().lines().count());
    Cli letter = embeddings("nearest", model, "c", "--table", "characters", "--top", "1").fine();
    assertEquals(1, letter.out().lines().count());
  }

  @Test
  void whatIsWrongIsTold() {
    embeddings("nearest", vectors, "eest")
        .failed(2, "recurve: no vector of 'eest'. Did you mean 'east'?");
    embeddings("nearst", vectors, "east")
        .failed(2, "recurve: no action 'nearst'. Did you mean 'nearest'?");
    embeddings("analogy", vectors, "east", "west")
        .failed(2, "recurve: analogy takes three words, or --data FILE; there are 2.");
    String missing = dir.resolve("no.txt").toString();
    embeddings("nearest", missing, "east")
        .failed(66, missing + ": there is no such file. Check the name.");
  }
}
