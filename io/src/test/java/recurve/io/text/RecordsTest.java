package recurve.io.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import recurve.io.FileException;
import recurve.io.text.Records.Form;
import recurve.io.text.Records.Row;

class RecordsTest {
  private static List<Row> read(String text, Form form, boolean header) {
    var in = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    var rows = new ArrayList<Row>();
    try (TextReader reader = TextReader.of("t", in, TextReader.LINE_LIMIT)) {
      Records records = Records.of(reader, form, header);
      for (var row = records.next(); row.isPresent(); row = records.next()) rows.add(row.get());
    }
    return rows;
  }

  private static List<String> cells(Row row) {
    return row.fields().values().stream().map(field -> field.get(0)).toList();
  }

  @Test
  void whateverIsQuotedIsReadBack() {
    var random = new Random(1);
    var table = new ArrayList<List<String>>();
    var text = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      var row = new ArrayList<String>(List.of("x")); // no line is blank
      for (int j = 0; j < 3; j++) {
        row.add(
            random
                .ints(random.nextInt(6), 0, 6)
                .mapToObj(c -> List.of("a", ",", "\"", "\n", " ", "é").get(c))
                .collect(Collectors.joining()));
      }
      table.add(row);
      String line =
          row.stream()
              .map(s -> s.matches("[a é]*") && random.nextBoolean() ? s : quote(s))
              .collect(Collectors.joining(","));
      text.append(line).append(random.nextBoolean() ? "\n" : "\r\n");
    }
    assertEquals(
        table, read(text.toString(), Form.CSV, false).stream().map(r -> cells(r)).toList());
  }

  private static String quote(String field) {
    return '"' + field.replace("\"", "\"\"") + '"';
  }

  @Test
  void aRowKnowsItsLineAndItsColumns() {
    List<Row> rows = read("id,text\n\n1,\"a\nb\"\n2,c\n", Form.CSV, true);
    assertEquals(List.of(3L, 5L), rows.stream().map(Row::line).toList());
    assertEquals(List.of("a\nb"), rows.get(0).field("text"));
    assertEquals("t:5: odd", rows.get(1).problem("odd").getMessage());
    assertEquals(List.of("b", ""), cells(read("b\t\n", Form.TSV, false).get(0)));
    assertEquals(List.of("y"), read("x\ty\tz", Form.TSV, false).get(0).field("2"));
  }

  @Test
  void jsonHoldsTextNumbersAndLists() {
    Row row =
        read(
                "{\"a\":\"x\",\"n\":3,\"b\":true,\"l\":[\"p\",2],\"z\":null,\"o\":{}}",
                Form.JSONL,
                true)
            .get(0);
    assertEquals(List.of("a", "n", "b", "l"), List.copyOf(row.fields().keySet()));
    assertEquals(List.of("3"), row.field("n"));
    assertEquals(List.of("true"), row.field("b"));
    assertEquals(List.of("p", "2"), row.field("l"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      textBlock =
          """
          CSV   | a,b\\n1,2,3         | t:2: 3 columns; expected 2
          TSV   | a\\n1\\t2           | t:2: 2 columns; expected 1
          CSV   | a,a\\n1,2           | t:1:1: two columns are named 'a'
          CSV   | a,b\\n1,"2\\n3      | t:2: a quote opens here
          CSV   | a,b\\n"é",""x       | t:2:7: text after a closing quote
          JSONL | {"a":1}\\n{"a":1    | t:2:
          JSONL | {"a":1,"a":2}       | t:1:
          JSONL | {"a":1} {"a":2}     | t:1:
          """)
  void whatIsWrongIsToldWithItsLine(Form form, String text, String message) {
    String lines = text.replace("\\n", "\n").replace("\\t", "\t");
    String said = assertThrows(FileException.class, () -> read(lines, form, true)).getMessage();
    assertTrue(said.startsWith(message), said);
  }

  @Test
  void theFormIsKnownByTheName() {
    assertEquals(Form.CSV, Form.of("data/A.CSV"));
    assertEquals(Form.JSONL, Form.of("a.jsonl.gz"));
    assertEquals(Form.JSONL, Form.of("a.ndjson"));
    assertEquals(Form.TSV, Form.of("a.txt"));
  }
}
