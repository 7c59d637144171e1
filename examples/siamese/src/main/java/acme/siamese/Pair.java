package acme.siamese;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import recurve.task.Corpus;

/**
 * Two sentences.
 *
 * @param same whether they say the same; false where that is to be predicted
 */
record Pair(boolean same, List<String> first, List<String> second) {

  /** The pairs of a text, blank lines left out. */
  static List<Pair> read(Corpus corpus) {
    var pairs = new ArrayList<Pair>();
    switch (corpus) {
      case Corpus.Lines(List<String> lines) -> read("text in memory", lines, pairs);
      case Corpus.Paths(List<Path> paths) -> {
        for (Path path : paths) read(path.toString(), lines(path), pairs);
      }
    }
    return pairs;
  }

  private static List<String> lines(Path path) {
    try {
      return Files.readAllLines(path);
    } catch (IOException e) {
      throw new UncheckedIOException(path + ": cannot be read", e);
    }
  }

  private static void read(String name, List<String> lines, List<Pair> pairs) {
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).isBlank()) continue;
      String[] fields = lines.get(i).split("\t", -1);
      int last = fields.length - 1;
      boolean labelled = last == 2 && fields[0].matches("[01]");
      if (!(labelled || last == 1) || fields[last - 1].isBlank() || fields[last].isBlank()) {
        String what = ": expected '1' or '0', a sentence and another, between tabs.";
        throw new UncheckedIOException(name + ":" + (i + 1) + what, new IOException("bad data"));
      }
      pairs.add(new Pair(fields[0].equals("1"), words(fields[last - 1]), words(fields[last])));
    }
  }

  private static List<String> words(String sentence) {
    return List.of(sentence.strip().split("\\s+"));
  }
}
