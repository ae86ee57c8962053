package dev.holdfast.files;

import dev.holdfast.catalogue.Row;

/** Input went on past the bytes or the time it was given (F12). */
public final class InputLimitException extends FileHazardException {
  private static final long serialVersionUID = 1L;

  InputLimitException(String path, String reason) {
    super(path, reason, Row.S11, null);
  }
}
