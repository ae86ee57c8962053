package dev.holdfast.locks.scope;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statfs;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.Mode;
import dev.holdfast.path.FileName;
import dev.holdfast.path.FileSystems;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Does a kind of lock exclude at all where it is to be (K16, L09)? It depends on the file system,
 * and on who else reaches the same file.
 *
 * <p><b>Guarantees.</b> The locks of this package ask the same when they find their file: what is
 * {@link Level#REFUSE} throws a {@link java.nio.file.FileSystemException} before anything is made,
 * what is {@link Level#WARN} is logged, once for a kind and a file system, by the {@link
 * System.Logger} {@code dev.holdfast.locks}: as a warning, on an overlay as a debug message. {@link
 * #SCOPE_PROPERTY} changes that.
 *
 * <p><b>Remaining races.</b> A file system of a kind that keeps locks may be mounted so that it
 * does not (NFS with {@code local_lock} or {@code nolock}), and is not asked.
 *
 * @param level whether to go on
 * @param fileSystem its name
 * @param why for people; empty if all is well
 */
public record ScopeProbe(Level level, String fileSystem, String why) {
  /**
   * A system property: {@code warn} (the default) refuses and warns, {@code strict} refuses where
   * it would warn, {@code quiet} refuses and does not warn, {@code off} does neither.
   */
  public static final String SCOPE_PROPERTY = "dev.holdfast.locks.scope";

  /** Whether to go on. */
  public enum Level {
    /** It excludes everybody who reaches the file. */
    GOOD,
    /** It excludes under a condition that cannot be seen from here. */
    WARN,
    /** It does not exclude, or means nothing there. */
    REFUSE
  }

  /** Looks at the directory that a lock file is in, or would be in. */
  public static ScopeProbe of(Kind kind, Path path) throws IOException {
    return of(kind, path, Mode.EXCLUSIVE);
  }

  /** The same for a lock in this mode: to share a record lock nothing need be written. */
  public static ScopeProbe of(Kind kind, Path path, Mode mode) throws IOException {
    Path parent = path.toAbsolutePath().getParent();
    Path directory = parent == null ? path : parent;
    byte[] name = Paths.bytes(directory);
    SyscallResult opened = Fcntl.openat(Fcntl.AT_FDCWD, name, Fcntl.O_PATH | Fcntl.O_DIRECTORY, 0);
    try (OwnedFd owned = OwnedFd.of(opened, "open", FileName.shownOf(directory));
        OwnedFd.Use use = owned.use()) {
      FileSystems.Known known = FileSystems.of(use.fd());
      Result<Statfs> mount = Statfs.fstatfs(use.fd());
      boolean writes =
          !(kind instanceof Scoped scoped && scoped.worksReadOnly())
              && !(mode == Mode.SHARED && kind.family().equals("record"));
      if (writes && mount.ok() && (mount.value().flags() & Statfs.ST_RDONLY) != 0) {
        return new ScopeProbe(Level.REFUSE, known.name(), "the file system is read-only");
      }
      return judge(kind, known);
    }
  }

  /** True on an overlay: of that only who shares the file between containers needs to know. */
  public boolean isOfContainers() {
    return level == Level.WARN && fileSystem.equals("overlay");
  }

  /** As the kind has it. */
  static ScopeProbe judge(Kind kind, FileSystems.Known known) {
    return kind instanceof Scoped scoped ? scoped.judge(known) : good(known);
  }

  static ScopeProbe good(FileSystems.Known known) {
    return new ScopeProbe(Level.GOOD, known.name(), "");
  }

  static ScopeProbe warn(FileSystems.Known known, String why) {
    return new ScopeProbe(Level.WARN, known.name(), known.name() + ": " + why);
  }

  static ScopeProbe refuse(FileSystems.Known known, String why) {
    return new ScopeProbe(Level.REFUSE, known.name(), known.name() + ": " + why);
  }
}
