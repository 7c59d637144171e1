package recurve.io.text;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import recurve.io.FileException;

/** What a model remembers of the data it was trained on: the SHA-256 of a file. */
public final class Fingerprint {
  private Fingerprint() {}

  /** The SHA-256 of a file's bytes, as 64 hexadecimal digits. */
  public static String of(Path file) {
    MessageDigest digest = sha256();
    var chunk = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) digest.update(chunk, 0, n);
    } catch (IOException e) {
      throw FileException.reading(file.toString(), e);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
