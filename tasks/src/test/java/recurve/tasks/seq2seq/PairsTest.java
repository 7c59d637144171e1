package recurve.tasks.seq2seq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import recurve.io.FileException;
import recurve.option.Options;
import recurve.plugin.Catalog;
import recurve.task.Corpus;
import recurve.task.Subwords;

class PairsTest {
  @TempDir Path folder;

  private static final Options OPTIONS =
      Options.of(List.of(Sides.SOURCE_LEVEL, Sides.TARGET_LEVEL, Pairs.LONGEST));

  private static List<Pairs.Pair> read(Options options, Corpus corpus) {
    var all = new ArrayList<Pairs.Pair>();
    new Pairs(options, Sides.of(options, Catalog.of(Subwords.class, List.of())))
        .read(corpus, all::add);
    return all;
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private void fails(String message, Corpus corpus) {
    var e = assertThrows(FileException.class, () -> read(OPTIONS.with(Pairs.LONGEST, 3), corpus));
    assertEquals(message, e.getMessage().replace(folder + "/", ""));
  }

  @Test
  void tablesAndParallelFilesHoldTheSamePairs() throws IOException {
    Path table = file("t.tsv", "\uFEFFein Haus\ta  house\r\n\nja\tyes\n");
    Path a = file("t.de", "ein Haus\n\nja\n"), b = file("t.en", "a  house\n\nyes\n");
    List<Pairs.Pair> pairs = read(OPTIONS, Corpus.text(table));
    assertEquals(
        List.of(
            new Pairs.Pair(List.of("ein", "Haus"), List.of("a", "house"), "a  house"),
            new Pairs.Pair(List.of("ja"), List.of("yes"), "yes")),
        pairs);
    assertEquals(pairs, read(OPTIONS, Corpus.text(a, b)));
    assertEquals(pairs, read(OPTIONS, Corpus.lines(List.of("ein Haus\ta  house", "ja\tyes"))));
  }

  @Test
  void eachSideIsWordsOrCharacters() {
    Options options = OPTIONS.with(Map.of("source_level", "character"));
    assertEquals(
        List.of(new Pairs.Pair(List.of("a", " ", "ü"), List.of("AH0", "Y"), "AH0 Y")),
        read(options, Corpus.lines(List.of("a ü\tAH0 Y"))));
  }

  @Test
  void badLinesAreNamed() throws IOException {
    String advice =
        "; expected source TAB target. Name two files, joined by a comma, if source and target"
            + " stand apart.";
    fails("a.tsv:2:1: no tab" + advice, Corpus.text(file("a.tsv", "x\ty\nx y\n")));
    fails("a.tsv:1:1: 2 tabs" + advice, Corpus.text(file("a.tsv", "x\ty\tz\n")));
    String empty = " is empty; expected text on both sides.";
    fails("a.tsv:1:1: the source" + empty, Corpus.text(file("a.tsv", " \ty\n")));
    fails("a.tsv:1:4: the target" + empty, Corpus.text(file("a.tsv", "xy\t\n")));
    fails(
        "a.tsv:1:3: the target has 4 symbols; expected at most 3. Break it, or raise longest.",
        Corpus.text(file("a.tsv", "x\ta b c d\n")));
    fails(
        "a.tsv:1:3: the target holds </s>, which has a meaning of its own. Remove it.",
        Corpus.text(file("a.tsv", "x\ta </s>\n")));
  }

  @Test
  void parallelFilesAreOfOneLength() throws IOException {
    Path one = file("a.de", "ja\n"), two = file("a.en", "yes\nno\n");
    String found = "a line more than ";
    fails(
        "a.en:2:1: " + found + "a.de has, which ends with line 1; expected as many in both.",
        Corpus.text(one, two));
    fails(
        "a.en:2:1: " + found + "a.de has, which ends with line 1; expected as many in both.",
        Corpus.text(two, one));
    fails(
        "b.en:1:1: the target is empty; expected text on both sides.",
        Corpus.text(one, file("b.en", " \n")));
    var many = Corpus.text(one, two, one);
    var e = assertThrows(FileException.class, () -> read(OPTIONS, many));
    assertEquals(true, e.getMessage().contains("3 files; expected one of lines"), e.getMessage());
  }
}
