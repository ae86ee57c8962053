package dev.holdfast.locks.kernel;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Xattr;
import dev.holdfast.locks.Key;
import dev.holdfast.locks.Mode;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/**
 * Fencing tokens: a counter beside the lock, read and raised only by who holds the lock alone, so
 * that it needs no lock of its own. It is not forced to the disk: a power failure may bring an old
 * number back, but also ends every holder.
 *
 * <p>An extended attribute where the file system has them, so that the contents of the locked file
 * stay the user's; else a {@link Sidecar}.
 */
final class Tokens {
  private Tokens() {}

  /** The token of who holds a lock on this open file. */
  static long onFile(int fd, String family, Key key, Path file, Mode mode) throws IOException {
    String path = FileName.shownOf(file);
    String range =
        key.start() == 0 && key.length() == 0 ? "" : "." + key.start() + "-" + key.length();
    byte[] name = Paths.bytes("user.holdfast." + family + range);
    Result<byte[]> stored = Xattr.fgetxattr(fd, name);
    if (stored.failed() && !stored.is(Errno.ENODATA)) {
      return Sidecar.ofFile(file, Statx.fstat(fd).orThrow("fstat", path))
          .token(family + range, mode);
    }
    long last = stored.ok() ? parse(stored.value(), path) : 0;
    if (mode == Mode.SHARED) {
      return last;
    }
    byte[] next = Long.toString(last + 1).getBytes(US_ASCII);
    SyscallResult written = Xattr.fsetxattr(fd, name, next, 0);
    if (written.failed()) {
      if (stored.ok()) {
        // Counting elsewhere from here on would begin below what was given out before.
        written.orThrow("fsetxattr", path);
      }
      return Sidecar.ofFile(file, Statx.fstat(fd).orThrow("fstat", path))
          .token(family + range, mode);
    }
    return last + 1;
  }

  static long parse(byte[] stored, String path) throws IOException {
    String text = new String(stored, US_ASCII).strip();
    try {
      long value = Long.parseLong(text);
      if (value >= 0 && value < Long.MAX_VALUE) {
        return value;
      }
    } catch (NumberFormatException damaged) {
      // Below.
    }
    throw new FileSystemException(path, null, "its fencing counter is damaged: \"" + text + '"');
  }
}
