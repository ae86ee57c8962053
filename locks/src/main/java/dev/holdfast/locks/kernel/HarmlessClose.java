package dev.holdfast.locks.kernel;

import dev.holdfast.libc.FileLocks;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.Unistd;
import dev.holdfast.locks.proc.KernelLocks;
import dev.holdfast.locks.process.Upkeep;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Closes descriptors of files that others lock: the kernel drops all POSIX record locks that this
 * process has on a file, when any descriptor of it is closed (L10), also those that {@code
 * FileChannel.lock} took. A descriptor whose closing would do that stays open until it does not.
 *
 * <p><b>Remaining races.</b> A lock that code outside this library takes between the look and the
 * close is lost.
 *
 * <p><b>Threads.</b> Safe for all.
 */
public final class HarmlessClose {
  private record Open(OwnedFd fd, Statx stat) {}

  private static final List<Open> LEFT = new ArrayList<>();

  private static final Upkeep.Chore REST = HarmlessClose::closeTheRest;

  private HarmlessClose() {}

  /** Closes it now, or later. */
  public static void of(OwnedFd fd) throws IOException {
    Result<Statx> stat;
    try (OwnedFd.Use use = fd.use()) {
      stat = Statx.fstat(use.fd());
    }
    if (stat.ok()) {
      of(fd, stat.value());
    } else {
      fd.close();
    }
  }

  /** Closes it now, or later. */
  public static void of(OwnedFd fd, Statx stat) {
    if (closed(fd, stat)) {
      return;
    }
    synchronized (LEFT) {
      LEFT.add(new Open(fd, stat));
    }
    Upkeep.alsoDo(REST);
  }

  /** Closes what can be closed by now; true if something is left. */
  private static boolean closeTheRest() {
    synchronized (LEFT) {
      LEFT.removeIf(open -> closed(open.fd, open.stat));
      return !LEFT.isEmpty();
    }
  }

  /** False if it must stay open: then it was not closed. */
  private static boolean closed(OwnedFd fd, Statx stat) {
    return !othersLock(fd, stat)
        && PosixFile.unlessLocked(stat.device(), stat.inode(), () -> close(fd));
  }

  /** True if code of this process that is not this library's has a POSIX lock on it. */
  private static boolean othersLock(OwnedFd fd, Statx stat) {
    try (OwnedFd.Use use = fd.use()) {
      Result<FileLocks.Flock> other =
          FileLocks.getlk(use.fd(), FileLocks.F_OFD_GETLK, FileLocks.F_WRLCK, 0, 0);
      if (other.failed() || other.value().type() == FileLocks.F_UNLCK) {
        // Nobody has a record lock on it; or they are not to be had there.
        return false;
      }
      if (other.value().pid() == Unistd.getpid()) {
        return true;
      }
      // That is the first of perhaps many.
      return KernelLocks.hasPosix(stat);
    } catch (IOException cannotBeSeen) {
      return false;
    }
  }

  private static void close(OwnedFd fd) {
    try {
      fd.close();
    } catch (IOException nothingWasWritten) {
      // A lock file has no contents that could be lost.
    }
  }
}
