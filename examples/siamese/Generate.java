import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Makes pairs of sentences that say the same or not: by synonyms, and in the active or the passive
 * voice, so that the same words in another order may say something else.
 */
final class Generate {
  private static final List<List<String>> THINGS =
      List.of(
          List.of("child", "kid"),
          List.of("doctor", "physician"),
          List.of("teacher", "tutor"),
          List.of("author", "writer"),
          List.of("officer", "policeman"),
          List.of("lawyer", "attorney"));
  private static final List<List<String>> DEEDS =
      List.of(
          List.of("helps", "assists", "helped", "assisted"),
          List.of("answers", "corrects", "answered", "corrected"),
          List.of("finds", "discovers", "found", "discovered"),
          List.of("trains", "teaches", "trained", "taught"));

  private final SplittableRandom random;

  private Generate(long seed) {
    this.random = new SplittableRandom(seed);
  }

  private record Meaning(int who, int deed, int whom) {}

  public static void main(String[] args) throws IOException {
    Path out = Path.of(args[0]);
    Files.write(out.resolve("train.tsv"), new Generate(1).pairs(1600));
    Files.write(out.resolve("valid.tsv"), new Generate(2).pairs(200));
    Files.write(out.resolve("test.tsv"), new Generate(3).pairs(200));
  }

  private List<String> pairs(int count) {
    var lines = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      Meaning a = meaning();
      boolean same = random.nextBoolean();
      lines.add((same ? "1" : "0") + "\t" + sentence(a) + "\t" + sentence(same ? a : other(a)));
    }
    return lines;
  }

  private Meaning meaning() {
    int who = random.nextInt(THINGS.size());
    int whom = (who + 1 + random.nextInt(THINGS.size() - 1)) % THINGS.size();
    return new Meaning(who, random.nextInt(DEEDS.size()), whom);
  }

  /** Who does it to whom is turned round, or the deed is another. */
  private Meaning other(Meaning m) {
    if (random.nextBoolean()) return new Meaning(m.whom, m.deed, m.who);
    int deed = (m.deed + 1 + random.nextInt(DEEDS.size() - 1)) % DEEDS.size();
    return new Meaning(m.who, deed, m.whom);
  }

  private String sentence(Meaning m) {
    List<String> deed = DEEDS.get(m.deed);
    String who = "the " + one(THINGS.get(m.who)), whom = "the " + one(THINGS.get(m.whom));
    return random.nextBoolean()
        ? who + " " + one(deed.subList(0, 2)) + " " + whom
        : whom + " is " + one(deed.subList(2, 4)) + " by " + who;
  }

  private String one(List<String> all) {
    return all.get(random.nextInt(all.size()));
  }
}
