package dev.holdfast.files;

import dev.holdfast.libc.Errno;
import dev.holdfast.path.FileName;
import java.nio.file.FileSystemException;
import java.util.Arrays;

/**
 * A name relative to a directory, taken apart.
 *
 * <p>Slashes and {@code /.} at the end are cut off here and remembered: handed to the kernel they
 * would make it follow a last link that is not to be followed.
 *
 * @param bytes without such an end; {@code .} if the directory itself is meant
 * @param lastAt where the last component begins
 * @param directory true if the name said that it means a directory
 */
record RelativeName(byte[] bytes, int lastAt, boolean directory) {

  /**
   * Parses a name.
   *
   * @param shown for messages
   */
  static RelativeName parse(String name, Resolution.Scope scope, String shown)
      throws FileSystemException {
    byte[] bytes = FileName.encode(name);
    if (bytes.length == 0) {
      throw FileErrors.of(Errno.ENOENT, "look-up of an empty name", shown);
    }
    int from = 0;
    if (bytes[0] == '/') {
      if (scope == Resolution.Scope.BENEATH) {
        throw new PathEscapeException(
            name, "an absolute name, where only names below " + shown + " are allowed", null);
      }
      while (from < bytes.length && bytes[from] == '/') {
        from++;
      }
    }
    int end = bytes.length;
    boolean directory = false;
    for (; ; ) {
      if (end > from && bytes[end - 1] == '/') {
        end--;
      } else if (end - from >= 2 && bytes[end - 1] == '.' && bytes[end - 2] == '/') {
        end -= 2;
      } else {
        break;
      }
      directory = true;
    }
    if (end == from) {
      return new RelativeName(new byte[] {'.'}, 0, true);
    }
    byte[] trimmed =
        from == 0 && end == bytes.length ? bytes : Arrays.copyOfRange(bytes, from, end);
    int lastAt = trimmed.length;
    while (lastAt > 0 && trimmed[lastAt - 1] != '/') {
      lastAt--;
    }
    RelativeName parsed = new RelativeName(trimmed, lastAt, directory);
    return parsed.directory || !parsed.isSpecial()
        ? parsed
        : new RelativeName(trimmed, lastAt, true);
  }

  /** True if there is no directory on the way. */
  boolean isSingle() {
    return lastAt == 0;
  }

  /** True if the last component is {@code .} or {@code ..}, which no entry can be called. */
  boolean isSpecial() {
    int length = bytes.length - lastAt;
    return bytes[lastAt] == '.' && (length == 1 || (length == 2 && bytes[lastAt + 1] == '.'));
  }

  byte[] last() {
    return lastAt == 0 ? bytes : Arrays.copyOfRange(bytes, lastAt, bytes.length);
  }

  /** All but the last component; only if not {@link #isSingle}. */
  byte[] parent() {
    return Arrays.copyOf(bytes, lastAt - 1 == 0 ? 1 : lastAt - 1);
  }
}
