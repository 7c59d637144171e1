package recurve.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import recurve.task.Report;

class JsonTest {
  @Test
  void aTableHasItsColumnsAndItsRowsByName() {
    var table = new Report.Table("types", List.of("f1", "n"), Map.of("NP", List.of(50.5, 3.0)));
    assertEquals(
        "{\"columns\":[\"f1\",\"n\"],\"rows\":{\"NP\":[50.5,3]}}", Json.line(Json.table(table)));
  }
}
