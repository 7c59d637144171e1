package recurve.io.onnx;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import recurve.io.FileException;
import recurve.io.FileException.Category;
import recurve.ir.Tensor;
import recurve.onnx.proto.TensorProto;

/**
 * Arrays by name in one file, as {@code numpy.savez} and {@code savez_compressed} write them: a zip
 * archive of {@code NAME.npy}, each a header and the elements (numpy's format, versions 1 to 3).
 *
 * <p>Integers of any width become I32, half floats F32. Pickled objects are never read.
 */
public final class NumpyArchive {
  private static final String SUFFIX = ".npy";
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int LONGEST_HEADER = 1 << 16;

  // a Python dictionary with three keys, written by numpy itself in one way
  private static final Pattern DESCRIPTION = Pattern.compile("'descr':\\s*'([^']{0,40})'");
  private static final Pattern ORDER = Pattern.compile("'fortran_order':\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape':\\s*\\(([0-9, ]*)\\)");

  private static final Map<String, TensorProto.DataType> TYPES =
      Map.ofEntries(
          Map.entry("f2", TensorProto.DataType.FLOAT16),
          Map.entry("f4", TensorProto.DataType.FLOAT),
          Map.entry("f8", TensorProto.DataType.DOUBLE),
          Map.entry("b1", TensorProto.DataType.BOOL),
          Map.entry("i1", TensorProto.DataType.INT8),
          Map.entry("i2", TensorProto.DataType.INT16),
          Map.entry("i4", TensorProto.DataType.INT32),
          Map.entry("i8", TensorProto.DataType.INT64),
          Map.entry("u1", TensorProto.DataType.UINT8),
          Map.entry("u2", TensorProto.DataType.UINT16),
          Map.entry("u4", TensorProto.DataType.UINT32),
          Map.entry("u8", TensorProto.DataType.UINT64));

  private NumpyArchive() {}

  /**
   * The arrays, in the order of the file.
   *
   * @throws FileException if it is no such archive, or holds what we cannot carry
   */
  public static Map<String, Tensor> read(Path file) {
    var arrays = new LinkedHashMap<String, Tensor>();
    try (var zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : zip.stream().toList()) {
        String name = entry.getName();
        if (!name.endsWith(SUFFIX)) {
          throw bad(file, "holds '" + name + "', which is no array. Write it with numpy.savez.");
        }
        name = name.substring(0, name.length() - SUFFIX.length());
        try (InputStream in = zip.getInputStream(entry)) {
          if (arrays.put(name, array(file, name, in)) != null) {
            throw bad(file, "holds two arrays '" + name + "'. Write one of each name.");
          }
        } catch (ZipException e) {
          throw bad(
              file, "array '" + name + "' is damaged: " + e.getMessage() + ". Copy it again.");
        }
      }
    } catch (ZipException e) {
      throw bad(file, "is no archive of arrays (" + e.getMessage() + "). Write it by numpy.savez.");
    } catch (IOException e) {
      throw FileException.reading(file.toString(), e);
    }
    return arrays;
  }

  private static FileException bad(Path file, String what) {
    return new FileException(Category.BAD_DATA, file, what);
  }

  private static Tensor array(Path file, String name, InputStream in) throws IOException {
    String found = "array '" + name + "' ";
    String header = header(in).orElseThrow(() -> bad(file, found + "has no header of numpy's."));
    String type = group(DESCRIPTION, header).orElse("");
    String shape = group(SHAPE, header).orElse("?");
    TensorProto.DataType kind = TYPES.get(type.length() == 3 ? type.substring(1) : "");
    if (kind == null || shape.equals("?")) {
      throw bad(
          file,
          found
              + "is of "
              + (type.isEmpty() ? "a structured type" : "type '" + type + "'")
              + "; numbers and truth values are read. Convert it with astype.");
    }
    int width = type.charAt(2) - '0';
    List<Integer> dims = dims(shape);
    long n = count(dims);
    if (n * width > Integer.MAX_VALUE - 8) {
      throw bad(file, found + "is ( " + shape + "), too large for an array here. Write less.");
    }
    byte[] bytes = in.readNBytes((int) n * width); // grows as it reads: a header may lie
    if (bytes.length < n * width || in.read() >= 0) {
      throw bad(
          file,
          found
              + "does not hold the "
              + n
              + " elements that its shape ("
              + shape
              + ") asks for. Write it again.");
    }
    if (type.charAt(0) == '>') reverse(bytes, width);
    if (group(ORDER, header).orElse("").equals("True")) bytes = transposed(bytes, width, dims);
    var proto =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(kind.getNumber())
            .setRawData(ByteString.copyFrom(bytes));
    dims.forEach(proto::addDims);
    try {
      return TensorFile.read(proto.build().toByteArray());
    } catch (OnnxException e) {
      throw bad(file, e.getMessage() + ". Convert it with astype.");
    }
  }

  /** The dictionary before the elements. */
  private static Optional<String> header(InputStream in) throws IOException {
    byte[] start = in.readNBytes(MAGIC.length + 2);
    if (start.length < MAGIC.length + 2) return Optional.empty();
    for (int i = 0; i < MAGIC.length; i++) if (start[i] != MAGIC[i]) return Optional.empty();
    int version = start[MAGIC.length];
    if (version < 1 || version > 3) return Optional.empty();
    long length = 0;
    byte[] digits = in.readNBytes(version == 1 ? 2 : 4);
    for (int i = digits.length - 1; i >= 0; i--) length = length << 8 | (digits[i] & 0xFF);
    if (length > LONGEST_HEADER) return Optional.empty();
    return Optional.of(new String(in.readNBytes((int) length), StandardCharsets.UTF_8));
  }

  private static Optional<String> group(Pattern pattern, String header) {
    Matcher m = pattern.matcher(header);
    return m.find() ? Optional.ofNullable(m.group(1)) : Optional.empty();
  }

  private static List<Integer> dims(String shape) {
    var dims = new ArrayList<Integer>();
    for (String d : shape.split(",")) {
      // beyond an int it is too large in any case
      if (!d.isBlank())
        dims.add(d.strip().length() > 9 ? Integer.MAX_VALUE : Integer.parseInt(d.strip()));
    }
    return dims;
  }

  private static long count(List<Integer> dims) {
    long n = 1;
    for (int d : dims) n = Math.min(n * d, Integer.MAX_VALUE); // so that no product overflows
    return dims.contains(0) ? 0 : n;
  }

  private static void reverse(byte[] bytes, int width) {
    for (int i = 0; i < bytes.length; i += width) {
      for (int a = i, b = i + width - 1; a < b; a++, b--) {
        byte x = bytes[a];
        bytes[a] = bytes[b];
        bytes[b] = x;
      }
    }
  }

  /** From the first axis running fastest to the last. */
  private static byte[] transposed(byte[] bytes, int width, List<Integer> dims) {
    byte[] to = new byte[bytes.length];
    for (int i = 0; i < bytes.length / width; i++) {
      int from = 0, rest = i, stride = bytes.length / width;
      for (int axis = dims.size() - 1; axis >= 0; axis--) {
        stride /= dims.get(axis);
        from += rest % dims.get(axis) * stride;
        rest /= dims.get(axis);
      }
      System.arraycopy(bytes, from * width, to, i * width, width);
    }
    return to;
  }
}
