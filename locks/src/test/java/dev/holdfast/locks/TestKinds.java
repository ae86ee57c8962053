package dev.holdfast.locks;

import java.nio.file.Path;

/** The lock of each kind that tests and their peers agree on by a name in a directory. */
final class TestKinds {
  private TestKinds() {}

  static Lock open(Kind kind, Path directory, String name) {
    Path path = directory.resolve(name);
    return switch (kind) {
      case OFD -> Locks.ofd(path);
      case POSIX -> Locks.posix(path);
      case FLOCK -> Locks.flock(path);
      default -> throw new IllegalArgumentException("no test knows " + kind);
    };
  }
}
