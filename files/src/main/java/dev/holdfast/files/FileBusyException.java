package dev.holdfast.files;

import dev.holdfast.catalogue.Row;
import dev.holdfast.libc.Errno;

/**
 * Somebody keeps the lock of a file longer than was to be waited for, or has a lease on it,
 * fcntl(2), that has to be given up first. Nothing was done. Nobody raced; it works as soon as the
 * lock or the lease is gone.
 */
public final class FileBusyException extends FileHazardException {
  private static final long serialVersionUID = 1L;

  public FileBusyException(String path, String reason) {
    super(path, reason, Row.L01, Errno.EAGAIN);
  }
}
