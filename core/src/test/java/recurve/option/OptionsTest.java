package recurve.option;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OptionsTest {
  private enum Colour {
    DARK_RED,
    BLUE
  }

  private static final Option<Integer> DEPTH = Option.of("depth", 3, "how deep").range(1, 20);
  private static final Option<Double> RATE = Option.of("rate", 0.1, "how fast").atLeast(0);
  private static final Option<Boolean> TIE = Option.of("tie", false, "whether");
  private static final Option<Colour> COLOUR = Option.of("colour", Colour.BLUE, "which");
  private static final Option<List<Integer>> UNITS = Option.ofNumbers("units", 200, "sizes");
  private static final Options ALL = Options.of(List.of(DEPTH, RATE, TIE, COLOUR, UNITS));

  @Test
  void whatIsNotSetHasItsDefault() {
    assertEquals(3, ALL.get(DEPTH));
    assertEquals(
        Map.of("depth", "3", "rate", "0.1", "tie", "false", "colour", "blue", "units", "200"),
        ALL.toMap());
  }

  @Test
  void everyTypeComesBackFromItsText() {
    Options set =
        ALL.with(
            Map.of(
                "depth", "7", "rate", "1e-3", "tie", "yes", "colour", "dark-red", "units", "3, 2"));
    Options again = ALL.with(set.toMap());
    assertEquals(7, again.get(DEPTH));
    assertEquals(1e-3, again.get(RATE));
    assertEquals(true, again.get(TIE));
    assertEquals(Colour.DARK_RED, again.get(COLOUR));
    assertEquals(List.of(3, 2), again.get(UNITS));
  }

  @Test
  void anUnknownNameIsAnErrorWithTheNearest() {
    assertEquals(
        "no option named 'deepth'. Did you mean 'depth'?",
        assertThrows(OptionException.class, () -> ALL.with(Map.of("deepth", "1"))).getMessage());
  }

  @Test
  void aValueOutOfRangeIsAnErrorThatSaysTheRange() {
    assertEquals(
        "option depth is '21' but takes a whole number from 1 to 20",
        assertThrows(OptionException.class, () -> ALL.with(Map.of("depth", "21"))).getMessage());
    assertThrows(OptionException.class, () -> ALL.with(Map.of("rate", "-1")));
    assertThrows(OptionException.class, () -> ALL.with(Map.of("rate", "NaN")));
    assertThrows(OptionException.class, () -> ALL.with(Map.of("units", "3,,2")));
  }

  @Test
  void aWordWhereANumberBelongsIsAnErrorThatSaysSo() {
    assertEquals(
        "option depth is 'three' but takes a whole number from 1 to 20",
        assertThrows(OptionException.class, () -> ALL.with(Map.of("depth", "three"))).getMessage());
    assertEquals(
        "option colour is 'green' but takes one of dark-red, blue",
        assertThrows(OptionException.class, () -> ALL.with(Map.of("colour", "green")))
            .getMessage());
  }

  @Test
  void twoOptionsOfOneNameAreRefused() {
    Option<Integer> other = Option.of("depth", 1, "another");
    assertThrows(OptionException.class, () -> Options.of(List.of(DEPTH, other)));
  }
}
