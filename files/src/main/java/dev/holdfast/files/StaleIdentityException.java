package dev.holdfast.files;

import dev.holdfast.catalogue.Row;

/**
 * A name leads to another object than the one that the caller meant by its {@link FileIdentity}.
 * Nothing was done. Nobody need have raced, and trying again cannot help: the caller is to look
 * anew, and to decide about the object that is there now.
 */
public final class StaleIdentityException extends FileHazardException {
  private static final long serialVersionUID = 1L;

  public StaleIdentityException(String path, String reason) {
    super(path, reason, Row.L01, null);
  }
}
