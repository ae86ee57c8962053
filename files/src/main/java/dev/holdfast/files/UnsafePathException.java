package dev.holdfast.files;

import dev.holdfast.catalogue.Row;
import dev.holdfast.libc.Errno;
import org.jspecify.annotations.Nullable;

/**
 * The object is there, and is not what the caller asked for: a symbolic link, a FIFO or device in
 * place of a file, a file of another owner, one with a second name, one that is too big.
 */
@SuppressWarnings("exports") // nobody outside can name an Errno
public final class UnsafePathException extends FileHazardException {
  private static final long serialVersionUID = 1L;

  public UnsafePathException(String path, String reason, Row row, @Nullable Errno errno) {
    super(path, reason, row, errno);
  }
}
