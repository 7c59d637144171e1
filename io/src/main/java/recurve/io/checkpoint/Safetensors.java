package recurve.io.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import recurve.io.FileException;
import recurve.io.FileException.Category;
import recurve.ir.DType;
import recurve.ir.Tensor;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Tensors by name in one file, in the safetensors format: an 8-byte length, a JSON header, and the
 * elements, little-endian.
 *
 * <p>A reader trusts nothing: every length is checked against the file's before memory is asked
 * for, elements must follow each other without gap or overlap, and no name stands twice. Writing
 * the same tensors yields the same bytes.
 *
 * @param tensors in the file's order
 * @param metadata free text by key
 */
public record Safetensors(Map<String, Tensor> tensors, Map<String, String> metadata) {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
  private static final long HEADER_LIMIT = 100_000_000; // as the reference implementation
  private static final int CHUNK = 1 << 20;
  private static final String METADATA = "__metadata__";

  public Safetensors {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    if (tensors.containsKey(METADATA)) {
      throw new IllegalArgumentException("a tensor cannot be named " + METADATA);
    }
  }

  /** Tensors without metadata. */
  public Safetensors(Map<String, Tensor> tensors) {
    this(tensors, Map.of());
  }

  /**
   * Reads a file. Half precision (F16, BF16) becomes F32.
   *
   * @throws FileException saying what is wrong with it
   */
  public static Safetensors read(Path file) {
    try (var in = FileChannel.open(file, StandardOpenOption.READ)) {
      return read(in);
    } catch (FormatException e) {
      throw new FileException(Category.BAD_DATA, file, e.getMessage() + ". Get the file again.");
    } catch (IOException e) {
      throw FileException.reading(file.toString(), e);
    }
  }

  /** Writes a file, whole or not at all. */
  public void write(Path file) {
    AtomicFiles.write(file, this::writeTo);
  }

  // -- reading

  /** Where a tensor's elements lie, relative to the end of the header. */
  private record Entry(String name, String dtype, int[] dims, long size, long begin, long end) {}

  static Safetensors read(SeekableByteChannel in) throws IOException, FormatException {
    in.position(0);
    long file = in.size();
    if (file < 8) throw new FormatException("has " + file + " bytes; expected a safetensors file");
    long length = take(in, 8).getLong();
    if (length < 2 || length > Math.min(HEADER_LIMIT, file - 8)) {
      throw new FormatException(
          "its header cannot have " + Long.toUnsignedString(length) + " bytes");
    }
    JsonNode header = header(take(in, (int) length).array());
    var metadata = new LinkedHashMap<String, String>();
    var entries = new ArrayList<Entry>();
    for (var field : header.properties()) {
      if (field.getKey().equals(METADATA)) {
        metadata(field.getValue(), metadata);
      } else {
        entries.add(entry(field.getKey(), field.getValue()));
      }
    }
    checkLayout(entries, file - 8 - length);
    var tensors = new LinkedHashMap<String, Tensor>();
    for (Entry e : entries) { // sorted by place: the channel only goes forward
      tensors.put(e.name, elements(e, in));
    }
    return new Safetensors(tensors, metadata);
  }

  private static JsonNode header(byte[] bytes) throws FormatException {
    if (bytes[0] != '{') throw new FormatException("its header is not a JSON object");
    try {
      JsonNode header = JSON.readTree(bytes);
      if (!header.isObject()) throw new FormatException("its header is not a JSON object");
      return header;
    } catch (JacksonException e) {
      throw new FormatException("its header is not valid JSON: " + e.getOriginalMessage());
    }
  }

  private static void metadata(JsonNode node, Map<String, String> metadata) throws FormatException {
    if (!node.isObject()) throw new FormatException("its metadata is not a JSON object");
    for (var field : node.properties()) {
      if (!field.getValue().isString()) throw new FormatException("its metadata is not text");
      metadata.put(field.getKey(), field.getValue().stringValue());
    }
  }

  private static Entry entry(String name, JsonNode node) throws FormatException {
    String dtype = node.path("dtype").asString("");
    List<Long> shape = numbers(name, node.path("shape"));
    List<Long> offsets = numbers(name, node.path("data_offsets"));
    if (offsets.size() != 2) throw new FormatException("tensor '" + name + "' has no offsets");
    long size = 1;
    try {
      for (long d : shape) size = Math.multiplyExact(size, d);
    } catch (ArithmeticException e) {
      throw new FormatException("tensor '" + name + "' is too large");
    }
    if (size > Integer.MAX_VALUE - 8 || shape.stream().anyMatch(d -> d > Integer.MAX_VALUE)) {
      throw new FormatException("tensor '" + name + "' is too large");
    }
    long begin = offsets.get(0);
    long end = offsets.get(1);
    if (end - begin != size * width(name, dtype)) {
      throw new FormatException("tensor '" + name + "' has another size than its shape");
    }
    int[] dims = shape.stream().mapToInt(Long::intValue).toArray();
    return new Entry(name, dtype, dims, size, begin, end);
  }

  private static List<Long> numbers(String name, JsonNode node) throws FormatException {
    if (!node.isArray()) throw new FormatException("tensor '" + name + "' lacks shape or offsets");
    var numbers = new ArrayList<Long>();
    for (JsonNode n : node) {
      if (!n.isIntegralNumber() || !n.canConvertToLong() || n.longValue() < 0) {
        throw new FormatException("tensor '" + name + "' has a bad shape or offset");
      }
      numbers.add(n.longValue());
    }
    return numbers;
  }

  private static int width(String name, String dtype) throws FormatException {
    return switch (dtype) {
      case "F64" -> 8;
      case "F32", "I32" -> 4;
      case "F16", "BF16" -> 2;
      case "BOOL" -> 1;
      default ->
          throw new FormatException(
              "tensor '"
                  + name
                  + "' has elements of '"
                  + dtype
                  + "'; expected F64, F32, F16, BF16, I32 or BOOL");
    };
  }

  private static void checkLayout(List<Entry> entries, long available) throws FormatException {
    entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    long at = 0;
    for (Entry e : entries) {
      if (e.begin != at) throw new FormatException("tensor '" + e.name + "' lies in a wrong place");
      at = e.end;
    }
    if (at != available) {
      throw new FormatException(
          "has " + available + " bytes of elements; its header announces " + at);
    }
  }

  private static Tensor elements(Entry e, SeekableByteChannel in)
      throws IOException, FormatException {
    int n = (int) e.size;
    int width = width(e.name, e.dtype);
    var floats = new float[e.dtype.endsWith("F16") || e.dtype.equals("F32") ? n : 0];
    var doubles = new double[e.dtype.equals("F64") ? n : 0];
    var ints = new int[e.dtype.equals("I32") ? n : 0];
    var booleans = new boolean[e.dtype.equals("BOOL") ? n : 0];
    for (int from = 0; from < n; ) {
      int count = Math.min(n - from, CHUNK / width);
      ByteBuffer bytes = take(in, count * width);
      switch (e.dtype) {
        case "F32" -> bytes.asFloatBuffer().get(floats, from, count);
        case "F64" -> bytes.asDoubleBuffer().get(doubles, from, count);
        case "I32" -> bytes.asIntBuffer().get(ints, from, count);
        case "F16" -> {
          for (int i = 0; i < count; i++) floats[from + i] = Float.float16ToFloat(bytes.getShort());
        }
        case "BF16" -> { // the upper half of a binary32
          for (int i = 0; i < count; i++) {
            floats[from + i] = Float.intBitsToFloat(bytes.getShort() << 16);
          }
        }
        default -> { // BOOL: width() let nothing else pass
          for (int i = 0; i < count; i++) booleans[from + i] = bytes.get() != 0;
        }
      }
      from += count;
    }
    return switch (e.dtype) {
      case "F64" -> Tensor.of(doubles, e.dims);
      case "I32" -> Tensor.of(ints, e.dims);
      case "BOOL" -> Tensor.of(booleans, e.dims);
      default -> Tensor.of(floats, e.dims); // F32, F16, BF16
    };
  }

  private static ByteBuffer take(SeekableByteChannel in, int n)
      throws IOException, FormatException {
    var bytes = ByteBuffer.allocate(n).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      if (in.read(bytes) < 0) throw new FormatException("ends too early");
    }
    return bytes.flip();
  }

  // -- writing

  void writeTo(WritableByteChannel out) throws IOException {
    // widest elements first, so that all are aligned; then by name, so that bytes are the same
    List<Map.Entry<String, Tensor>> sorted = new ArrayList<>(tensors.entrySet());
    sorted.sort(
        Comparator.<Map.Entry<String, Tensor>>comparingInt(e -> -width(e.getValue().dtype()))
            .thenComparing(Map.Entry::getKey));
    AtomicFiles.writeFully(out, header(sorted));
    for (var entry : sorted) elements(entry.getValue(), out);
  }

  private ByteBuffer header(List<Map.Entry<String, Tensor>> sorted) {
    var fields = new LinkedHashMap<String, Object>();
    if (!metadata.isEmpty()) fields.put(METADATA, metadata);
    long at = 0;
    for (var entry : sorted) {
      Tensor t = entry.getValue();
      long end = at + (long) t.size() * width(t.dtype());
      var field = new LinkedHashMap<String, Object>();
      field.put("dtype", t.dtype().name());
      field.put("shape", Arrays.stream(t.dims()).boxed().toList());
      field.put("data_offsets", List.of(at, end));
      fields.put(entry.getKey(), field);
      at = end;
    }
    byte[] json = JSON.writeValueAsBytes(fields);
    int padded = (json.length + 7) / 8 * 8;
    var header = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(padded).put(json);
    while (header.hasRemaining()) header.put((byte) ' ');
    return header.flip();
  }

  private static int width(DType dtype) {
    return switch (dtype) {
      case F64 -> 8;
      case F32, I32 -> 4;
      case BOOL -> 1;
    };
  }

  private static void elements(Tensor t, WritableByteChannel out) throws IOException {
    int width = width(t.dtype());
    int n = t.size();
    var bytes =
        ByteBuffer.allocate((int) Math.min(CHUNK, (long) n * width)).order(ByteOrder.LITTLE_ENDIAN);
    for (int from = 0; from < n; ) {
      int count = Math.min(n - from, CHUNK / width);
      bytes.clear();
      switch (t.dtype()) {
        case F32 -> bytes.asFloatBuffer().put(t.floats(), from, count);
        case F64 -> bytes.asDoubleBuffer().put(t.doubles(), from, count);
        case I32 -> bytes.asIntBuffer().put(t.ints(), from, count);
        case BOOL -> {
          for (int i = 0; i < count; i++) bytes.put(i, (byte) (t.booleans()[from + i] ? 1 : 0));
        }
      }
      AtomicFiles.writeFully(out, bytes.position(0).limit(count * width));
      from += count;
    }
  }
}
