package dev.holdfast.locks;

import java.nio.file.Path;

/**
 * Where locks come from.
 *
 * <pre>{@code
 * try (Held held = Locks.of(path).acquire(Duration.ofSeconds(5))) { … }
 * }</pre>
 */
public final class Locks {
  private static final int PRIVATE = 0600;

  private Locks() {}

  /** The default kind: an {@link OfdLock} on a permanent file. */
  public static OfdLock of(Path file) {
    return ofd(file);
  }

  /** An open-file-description lock on a whole permanent file, which is made if it is not there. */
  public static OfdLock ofd(Path file) {
    return new OfdLock(file, Mode.EXCLUSIVE, 0, 0, PRIVATE);
  }

  /** A POSIX record lock on a whole permanent file, which is made if it is not there. */
  public static PosixLock posix(Path file) {
    return new PosixLock(file, Mode.EXCLUSIVE, 0, 0, PRIVATE);
  }

  /** A BSD flock on a permanent file or directory; a file is made if it is not there. */
  public static FlockLock flock(Path file) {
    return new FlockLock(file, Mode.EXCLUSIVE, PRIVATE);
  }
}
