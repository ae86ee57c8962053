package dev.holdfast.locks;

import java.nio.file.Path;

/**
 * Locks by keys, as many as one likes, in one file: {@code Locks.in(directory).of("order 4711")}.
 * Nothing is left of a key that nobody locks, neither on the disk nor in memory. One that is held
 * takes a descriptor: so many at a time as {@code ulimit -n} allows.
 *
 * <p><b>Guarantees.</b> Those of an open-file-description lock ({@link Locks#ofd}). Equal keys are
 * one lock, in whatever process and through whatever registry of the directory; a thread that locks
 * a key may lock another. {@link Held#token} grows over all keys of the directory.
 *
 * <p><b>Remaining races.</b> A key stands for the byte whose number is its SHA-256, cut to 62 bits:
 * two keys of one byte would be one lock. That takes some billions of keys at once, or somebody who
 * looks for such a pair for a long time: do not let strangers choose both.
 *
 * <p><b>Threads.</b> Safe for all.
 */
public final class LockRegistry {
  /** The file in the directory. */
  public static final String FILE = ".holdfast-keys";

  private final Path file;

  LockRegistry(Path directory) {
    this.file = directory.resolve(FILE);
  }

  /** The lock of this key. */
  public HostLock of(String key) {
    return Kinds.USUAL.keyed(file, key);
  }

  @Override
  public String toString() {
    return "locks in " + file;
  }
}
