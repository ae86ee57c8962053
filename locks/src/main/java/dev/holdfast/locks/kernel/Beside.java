package dev.holdfast.locks.kernel;

import dev.holdfast.libc.Paths;
import dev.holdfast.path.FileName;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Names of files of ours beside a lock. */
final class Beside {
  /** NAME_MAX, in bytes. */
  private static final int LONGEST = 255;

  private static final int DIGEST_BYTES = 8;

  private Beside() {}

  /**
   * {@code .NAME.suffix}; of a name for which that would be too long, its beginning and a digest of
   * it.
   */
  static Path of(Path lock, String suffix) {
    Path absolute = lock.toAbsolutePath();
    Path last = absolute.getFileName();
    if (last == null) {
      return absolute.resolveSibling(".root" + suffix);
    }
    if (Paths.bytes(last).length + 1 + suffix.length() <= LONGEST) {
      return Paths.besideOf(absolute, ".", suffix);
    }
    String shortened = shortened(FileName.shownOf(last), LONGEST - 1 - suffix.length());
    return absolute.resolveSibling("." + shortened + suffix);
  }

  private static String shortened(String name, int room) {
    String digest = "-" + HexFormat.of().formatHex(digest(name), 0, DIGEST_BYTES);
    int length = name.length();
    while (Paths.bytes(name.substring(0, length)).length + digest.length() > room) {
      length = name.offsetByCodePoints(length, -1);
    }
    return name.substring(0, length) + digest;
  }

  private static byte[] digest(String name) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException everyPlatformHasIt) {
      throw new AssertionError(everyPlatformHasIt);
    }
  }
}
