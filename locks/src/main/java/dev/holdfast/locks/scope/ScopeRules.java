package dev.holdfast.locks.scope;

import dev.holdfast.path.FileSystems;

/** What the ways to lock need of a file system (K16). Each kind of lock chooses one. */
public final class ScopeRules {
  private ScopeRules() {}

  /** No file is needed. */
  public static ScopeProbe anywhere(FileSystems.Known known) {
    return ScopeProbe.good(known);
  }

  /** A PID says whose it is. */
  public static ScopeProbe oneHost(FileSystems.Known known) {
    return switch (known.reach()) {
      case LOCAL, OVERLAY -> ScopeProbe.good(known);
      case NETWORK ->
          ScopeProbe.refuse(known, "it is shared, and a PID means nothing on another machine");
      case USER_SPACE, UNKNOWN -> ScopeProbe.warn(known, "it may be shared with other machines");
    };
  }

  /** The file is mapped. */
  public static ScopeProbe sharedMemory(FileSystems.Known known) {
    return switch (known.reach()) {
      case LOCAL -> ScopeProbe.good(known);
      case OVERLAY -> ScopeProbe.warn(known, "each container has a memory of its own");
      case NETWORK -> ScopeProbe.refuse(known, "machines do not share the memory of a file");
      case USER_SPACE, UNKNOWN ->
          ScopeProbe.refuse(known, "it may not keep shared memory coherent");
    };
  }

  /** The lock is a hard link. */
  public static ScopeProbe links(FileSystems.Known known) {
    return known.reach() == FileSystems.Reach.USER_SPACE
        ? ScopeProbe.warn(known, "it may not know links")
        : ScopeProbe.good(known);
  }

  /** The lock is a file that one alone can make. */
  public static ScopeProbe exclusiveCreation(FileSystems.Known known) {
    return switch (known.reach()) {
      case LOCAL -> ScopeProbe.good(known);
      case OVERLAY -> ScopeProbe.warn(known, "each container has a directory of its own");
      case NETWORK ->
          ScopeProbe.warn(known, "exclusive creation is not safe on every version: use nfs");
      case USER_SPACE, UNKNOWN -> ScopeProbe.warn(known, "it may not create exclusively");
    };
  }

  /** The kernel keeps a record lock. */
  public static ScopeProbe recordLocks(FileSystems.Known known) {
    return kernelLocks(known, "the server must keep locks, and may lose them when it starts anew");
  }

  /** The kernel keeps a flock. */
  public static ScopeProbe flocks(FileSystems.Known known) {
    return kernelLocks(
        known, "a flock may stay on this machine, or be a record lock on the server");
  }

  private static ScopeProbe kernelLocks(FileSystems.Known known, String onNetwork) {
    return switch (known.reach()) {
      case LOCAL -> ScopeProbe.good(known);
      case OVERLAY -> ScopeProbe.warn(known, "each container has a file of its own");
      case NETWORK -> ScopeProbe.warn(known, onNetwork);
      case USER_SPACE, UNKNOWN ->
          ScopeProbe.warn(known, "the locks may stay on this machine, or be none");
    };
  }
}
