package dev.holdfast.locks.scope;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.process.Identity;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/**
 * Where lock files belong, by who is to be excluded (K16, L09). Each directory is looked at every
 * time before it is given out.
 *
 * <p><b>Sources.</b> Filesystem Hierarchy Standard 3.0; XDG Base Directory Specification.
 */
public final class LockDirectories {
  private LockDirectories() {}

  /** For locks of the whole host: {@code /run/lock}. */
  public static Path host() throws IOException {
    Path directory = Path.of("/run/lock");
    Statx stat = look(directory);
    boolean anybody = (stat.permissions() & 0022) != 0;
    if (stat.uid() != 0 || (anybody && (stat.permissions() & Statx.S_ISVTX) == 0)) {
      throw unsafe(directory, "others could remove lock files of ours");
    }
    return directory;
  }

  /** For PID files of daemons: {@code /run}. */
  public static Path daemons() throws IOException {
    Path directory = Path.of("/run");
    Statx stat = look(directory);
    if (stat.uid() != 0 || (stat.permissions() & 0022) != 0) {
      throw unsafe(directory, "others could put files there");
    }
    return directory;
  }

  /** For locks between programs of this user on this host, which nobody else may even see. */
  public static Path user() throws IOException {
    String runtime = System.getenv("XDG_RUNTIME_DIR");
    Path directory =
        runtime != null && runtime.startsWith("/")
            ? Path.of(runtime)
            : Path.of("/run/user", Integer.toString(Identity.geteuid()));
    return requirePrivate(directory);
  }

  /** For locks of mailboxes, which machines share: {@code /var/mail}. */
  public static Path mail() throws IOException {
    Path directory = Path.of("/var/mail");
    look(directory);
    return directory;
  }

  /** Throws unless only this user can enter the directory. */
  static Path requirePrivate(Path directory) throws IOException {
    Statx stat = look(directory);
    if (stat.uid() != Identity.geteuid() || (stat.permissions() & 0077) != 0) {
      throw unsafe(directory, "is not private to this user");
    }
    return directory;
  }

  private static Statx look(Path directory) throws IOException {
    Result<Statx> stat =
        Statx.statx(
            Fcntl.AT_FDCWD,
            Paths.bytes(directory),
            Fcntl.AT_SYMLINK_NOFOLLOW,
            Statx.STATX_BASIC_STATS);
    Statx found = stat.orThrow("statx", FileName.shownOf(directory));
    if (!found.isDirectory()) {
      throw unsafe(directory, "is not a directory");
    }
    return found;
  }

  private static FileSystemException unsafe(Path directory, String why) {
    return new FileSystemException(FileName.shownOf(directory), null, "no place for locks: " + why);
  }
}
