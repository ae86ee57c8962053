package dev.holdfast.files;

/** Input went on past the bytes or the time it was given (F12). */
public final class InputLimitException extends FileHazardException {
  private static final long serialVersionUID = 1L;

  InputLimitException(String path, String reason) {
    super(path, reason, "S11", null);
  }
}
