package dev.holdfast.locks;

import java.nio.file.FileSystemException;

/** A lock file was replaced under our hands by a program that does not keep to the protocol. */
public final class LockCompromisedException extends FileSystemException {
  private static final long serialVersionUID = 1L;

  public LockCompromisedException(String path, String why) {
    super(path, null, why);
  }
}
