package dev.holdfast.locks;

/** How a lock is held: alone, or together with other readers. */
public enum Mode {
  SHARED,
  EXCLUSIVE;

  /** The one that excludes more. */
  Mode stronger(Mode other) {
    return this == EXCLUSIVE ? this : other;
  }
}
