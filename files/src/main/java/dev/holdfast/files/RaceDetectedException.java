package dev.holdfast.files;

import dev.holdfast.catalogue.Row;
import dev.holdfast.libc.Errno;
import org.jspecify.annotations.Nullable;

/**
 * Somebody changed the names underneath faster than a bounded number of tries could follow, or an
 * object is no longer the one that was judged. Nothing was done. Trying again later is reasonable.
 * A lock that somebody keeps is no race: {@link FileBusyException}; nor is a file that is not the
 * one that the caller named: {@link StaleIdentityException}.
 */
@SuppressWarnings("exports") // nobody outside can name an Errno
public final class RaceDetectedException extends FileHazardException {
  private static final long serialVersionUID = 1L;

  public RaceDetectedException(String path, String reason, Row row, @Nullable Errno errno) {
    super(path, reason, row, errno);
  }
}
