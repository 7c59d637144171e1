package recurve.io.checkpoint;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.type.TypeReference;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Trees of plain values, as YAML on disk. */
final class Documents {
  private static final YAMLMapper YAML =
      YAMLMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private Documents() {}

  static byte[] write(Map<String, Object> document) {
    return YAML.writeValueAsString(document).getBytes(StandardCharsets.UTF_8);
  }

  /** The document, or an exception whose message says in one line what is wrong. */
  static Map<String, Object> read(byte[] yaml) throws FormatException {
    try {
      Map<String, Object> document = YAML.readValue(yaml, new TypeReference<>() {});
      if (document == null) throw new FormatException("is an empty document");
      return normal(document);
    } catch (JacksonException e) {
      throw new FormatException("is not valid YAML: " + e.getOriginalMessage());
    } catch (IllegalArgumentException e) {
      throw new FormatException("is not a model's description: " + e.getMessage());
    }
  }

  /** A copy in which equal numbers are equal objects, whatever type they came in. */
  static Map<String, Object> normal(Map<String, ?> document) {
    var copy = new LinkedHashMap<String, Object>();
    document.forEach((key, value) -> copy.put(key, value(key, value)));
    return Collections.unmodifiableMap(copy);
  }

  private static Object value(String key, Object value) {
    return switch (value) {
      case String s -> s;
      case Boolean b -> b;
      case Byte n -> n.longValue();
      case Short n -> n.longValue();
      case Integer n -> n.longValue();
      case Long n -> n;
      case Float x -> x.doubleValue();
      case Double x -> x;
      case List<?> list -> {
        var copy = new ArrayList<Object>();
        for (Object element : list) copy.add(value(key, element));
        yield Collections.unmodifiableList(copy);
      }
      case Map<?, ?> map -> {
        var copy = new LinkedHashMap<String, Object>();
        map.forEach((k, v) -> copy.put(k.toString(), value(key + "." + k, v)));
        yield Collections.unmodifiableMap(copy);
      }
      case null -> throw new IllegalArgumentException("'" + key + "' has no value");
      default ->
          throw new IllegalArgumentException(
              "'" + key + "' is a " + value.getClass().getSimpleName() + ", which is not kept");
    };
  }
}
