package dev.holdfast.files;

import dev.holdfast.libc.Fcntl;

/**
 * How names are looked up below a held {@link Directory}.
 *
 * <p>Whatever is chosen, a look-up never leaves the directory, and never passes a magic link (the
 * links of {@code /proc} that jump to what a process has open).
 *
 * <p><b>Threads.</b> Immutable: each method answers a changed copy.
 */
public final class Resolution {

  /** What a name that would leave the directory means. */
  public enum Scope {
    /** It is refused: absolute names, absolute links, and {@code ..} above the directory. */
    BENEATH,
    /**
     * The directory is the root: absolute means from there, and {@code ..} above it stays there.
     */
    IN_ROOT
  }

  /** Who looks up. The two give the same answers, except to races that each refuses in its way. */
  public enum Engine {
    /** openat2(2) where it works, else, and under a flood of renames, the walk. */
    AUTOMATIC,
    /** openat2(2) only: Linux 5.6, and no filter in the way. */
    OPENAT2,
    /** One component at a time, each held open while the next is looked up. */
    WALK
  }

  private static final Resolution BENEATH = new Resolution(Scope.BENEATH);
  private static final Resolution IN_ROOT = new Resolution(Scope.IN_ROOT);

  private final Scope scope;
  private boolean symlinks = true;
  private boolean mountCrossing = true;
  private Engine engine = Engine.AUTOMATIC;

  private Resolution(Scope scope) {
    this.scope = scope;
  }

  private Resolution copy() {
    Resolution copy = new Resolution(scope);
    copy.symlinks = symlinks;
    copy.mountCrossing = mountCrossing;
    copy.engine = engine;
    return copy;
  }

  /** Refuses what leads out. Links that stay inside may be passed. */
  public static Resolution beneath() {
    return BENEATH;
  }

  /** Treats the directory as the root, like chroot(2) for look-ups only. */
  public static Resolution inRoot() {
    return IN_ROOT;
  }

  /** Passes no symbolic link at all. */
  public Resolution noSymlinks() {
    Resolution copy = copy();
    copy.symlinks = false;
    return copy;
  }

  /** Passes no mount point, a bind mount of the same file system included. */
  public Resolution noMountCrossing() {
    Resolution copy = copy();
    copy.mountCrossing = false;
    return copy;
  }

  /** Has this engine look up. */
  public Resolution with(Engine wanted) {
    Resolution copy = copy();
    copy.engine = wanted;
    return copy;
  }

  /** What happens at the border. */
  public Scope scope() {
    return scope;
  }

  /** Whether symbolic links may be passed on the way. */
  public boolean symlinks() {
    return symlinks;
  }

  /** Whether mount points may be passed on the way. */
  public boolean mountCrossing() {
    return mountCrossing;
  }

  /** Who looks up. */
  public Engine engine() {
    return engine;
  }

  /** For openat2(2). */
  long resolveFlags() {
    return (scope == Scope.BENEATH ? Fcntl.RESOLVE_BENEATH : Fcntl.RESOLVE_IN_ROOT)
        | Fcntl.RESOLVE_NO_MAGICLINKS
        | (symlinks ? 0 : Fcntl.RESOLVE_NO_SYMLINKS)
        | (mountCrossing ? 0 : Fcntl.RESOLVE_NO_XDEV);
  }

  @Override
  public String toString() {
    return scope
        + (symlinks ? "" : ", no symbolic links")
        + (mountCrossing ? "" : ", no mount crossing")
        + " by "
        + engine;
  }
}
