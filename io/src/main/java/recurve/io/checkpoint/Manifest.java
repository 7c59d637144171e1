package recurve.io.checkpoint;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The list of a checkpoint's files with their SHA-256, in the format of {@code sha256sum}.
 *
 * <p>Its comments hold the format version, how much of the log belongs to the checkpoint, and the
 * SHA-256 of the lines before.
 */
record Manifest(Map<String, String> files, long logLength, String logHash) {
  static final String NAME = "checksums.sha256";
  static final int LIMIT = 1 << 20; // bytes; a manifest has a few lines
  private static final String FORMAT = "# recurve checkpoint ";
  private static final int VERSION = 1;
  private static final Pattern LOG = Pattern.compile("# log ([0-9]{1,18}) ([0-9a-f]{64})");
  private static final Pattern FILE =
      Pattern.compile(
          "([0-9a-f]{64})  "
              + "(model\\.yaml|weights\\.safetensors|vocab(?:-[a-z0-9-]+)?\\.txt|"
              + Content.FILE
              + "|training/(?:state\\.safetensors|counters\\.yaml))");
  private static final String SEAL = "# checksum ";

  Manifest {
    files = Collections.unmodifiableMap(new TreeMap<>(files));
  }

  byte[] write() {
    var text = new StringBuilder(FORMAT).append(VERSION).append('\n');
    text.append("# log ").append(logLength).append(' ').append(logHash).append('\n');
    files.forEach((name, hash) -> text.append(hash).append("  ").append(name).append('\n'));
    String hash = hex(sha256().digest(utf8(text)));
    return utf8(text.append(SEAL).append(hash).append('\n'));
  }

  static Manifest read(byte[] bytes) throws FormatException {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int seal = text.lastIndexOf(SEAL);
    if (seal < 0) throw new FormatException("is cut");
    byte[] sealed = text.substring(0, seal).getBytes(StandardCharsets.ISO_8859_1);
    if (!text.substring(seal).equals(SEAL + hex(sha256().digest(sealed)) + "\n")) {
      throw new FormatException("does not match its own checksum");
    }
    String[] lines = text.substring(0, seal).split("\n", -1);
    if (!lines[0].equals(FORMAT + VERSION)) {
      String found = lines[0].startsWith(FORMAT) ? lines[0].substring(FORMAT.length()) : "unknown";
      throw new FormatException("has format version " + found + "; this program reads " + VERSION);
    }
    Matcher log = LOG.matcher(lines.length > 1 ? lines[1] : "");
    if (!log.matches()) throw new FormatException("says nothing of the log");
    var files = new LinkedHashMap<String, String>();
    for (int i = 2; i < lines.length - 1; i++) {
      Matcher file = FILE.matcher(lines[i]);
      if (!file.matches()) throw new FormatException("has an unknown line " + (i + 1));
      files.put(file.group(2), file.group(1));
    }
    return new Manifest(files, Long.parseLong(log.group(1)), log.group(2));
  }

  private static byte[] utf8(StringBuilder text) {
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  static String hex(byte[] digest) {
    return HexFormat.of().formatHex(digest);
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
