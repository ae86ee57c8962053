package dev.holdfast.files;

import dev.holdfast.catalogue.Row;
import dev.holdfast.libc.Errno;
import org.jspecify.annotations.Nullable;

/**
 * A name led, or would have led, out of the directory it was to stay in: by {@code ..}, by being
 * absolute, by a symbolic link to elsewhere, or across a mount that was not to be crossed.
 */
public final class PathEscapeException extends FileHazardException {
  private static final long serialVersionUID = 1L;

  PathEscapeException(String path, String reason, @Nullable Errno errno) {
    super(path, reason, Row.S13, errno);
  }
}
