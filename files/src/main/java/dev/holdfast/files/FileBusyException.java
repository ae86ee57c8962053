package dev.holdfast.files;

import dev.holdfast.catalogue.Row;
import dev.holdfast.libc.Errno;

/**
 * Somebody keeps the lock of a file longer than was to be waited for. Nothing was done. Nobody
 * raced; it works as soon as the lock is let go.
 */
public final class FileBusyException extends FileHazardException {
  private static final long serialVersionUID = 1L;

  public FileBusyException(String path, String reason) {
    super(path, reason, Row.L01, Errno.EAGAIN);
  }
}
