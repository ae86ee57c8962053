package dev.holdfast.locks.report;

import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statfs;
import dev.holdfast.locks.kernel.LockFile;
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
   * suggests that somebody relies on it.
   */
  public static String warningFor(Path file) throws IOException {
    LockFile opened = LockFile.open(file, LockFile.Want.ANYTHING, 0600);
    try (OwnedFd owned = opened.fd()) {
      int fd = owned.borrow();
      try {
        Result<Statfs> mount = Statfs.fstatfs(fd);
        boolean option = mount.ok() && (mount.value().flags() & ST_MANDLOCK) != 0;
        boolean bits = opened.stat().isRegular() && (opened.stat().mode() & 02010) == 02000;
        return option || bits
            ? file
                + (option ? " is mounted with mand" : " is marked for mandatory locking")
                + ": Linux has no mandatory locks since 5.15, and its locks are advisory; see"
                + " FileLease and OpenGuard"
            : "";
      } finally {
        owned.giveBack();
      }
    }
  }
}
