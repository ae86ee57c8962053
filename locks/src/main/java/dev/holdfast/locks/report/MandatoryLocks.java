package dev.holdfast.locks.report;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statfs;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.nio.file.Path;

/**
 * System V mandatory locks: a mount option, and a set-group-id bit on a file without group
 * execution (K06). Linux 5.15 took them out; the option is still accepted and does nothing.
 */
public final class MandatoryLocks {
  private static final long ST_MANDLOCK = 64;

  private MandatoryLocks() {}

  /**
   * What to expect of mandatory locking for this file, in words; empty if nothing about the file
   * suggests that somebody relies on it, or if it is not there.
   */
  public static String warningFor(Path file) throws IOException {
    // Without opening it, which might do something, and whose end would drop locks of ours (L10).
    SyscallResult opened =
        Fcntl.openat(Fcntl.AT_FDCWD, Paths.bytes(file), Fcntl.O_PATH | Fcntl.O_NOFOLLOW, 0);
    if (opened.is(Errno.ENOENT)) {
      return "";
    }
    try (OwnedFd owned = OwnedFd.of(opened, "open", FileName.shownOf(file));
        OwnedFd.Use use = owned.use()) {
      Statx stat = Statx.fstat(use.fd()).orThrow("fstat", FileName.shownOf(file));
      Result<Statfs> mount = Statfs.fstatfs(use.fd());
      boolean option = mount.ok() && (mount.value().flags() & ST_MANDLOCK) != 0;
      boolean bits = stat.isRegular() && (stat.mode() & 02010) == 02000;
      return option || bits
          ? file
              + (option ? " is mounted with mand" : " is marked for mandatory locking")
              + ": Linux has no mandatory locks since 5.15, and its locks are advisory; see"
              + " FileLease and OpenGuard"
          : "";
    }
  }
}
