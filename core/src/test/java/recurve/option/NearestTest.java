package recurve.option;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestTest {
  private static final List<String> CELLS = List.of("elman", "lstm", "gru", "rhn", "peephole-lstm");

  @ParameterizedTest
  @CsvSource({"lsmt,lstm", "ltm,lstm", "lstmm,lstm", "lstn,lstm", "gur,gru", "elmann,elman"})
  void oneSlipIsMended(String word, String meant) {
    assertEquals(Optional.of(meant), Nearest.to(word, CELLS));
    assertEquals(" Did you mean '" + meant + "'?", Nearest.hint(word, CELLS));
  }

  @ParameterizedTest
  @CsvSource({"transformer", "rnn", "x"})
  void whatIsFarFromAllHasNone(String word) {
    assertEquals(Optional.empty(), Nearest.to(word, List.of("gru", "lstm", "elman")));
    assertEquals("", Nearest.hint(word, List.of("gru", "lstm", "elman")));
  }

  @Test
  void listsWhatThereIs() {
    List<String> known = List.of("gru", "lstm");
    assertEquals(" Did you mean 'gru'? There are: gru, lstm.", Nearest.listing("gur", known));
    assertEquals(" There are: gru, lstm.", Nearest.listing("transformer", known));
  }

  @ParameterizedTest
  @CsvSource({"ca,ac,1", "kitten,sitting,3", "'',abc,3", "abc,'',3", "same,same,0"})
  void distances(String a, String b, int expected) {
    assertEquals(expected, Nearest.distance(a, b));
    assertEquals(expected, Nearest.distance(b, a));
  }

  @Test
  void aTieGoesToTheFirstInTheAlphabet() {
    assertEquals(Optional.of("aab"), Nearest.to("aa", List.of("aac", "aab")));
  }
}
