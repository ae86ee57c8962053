package dev.holdfast.files.ground;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;

/**
 * A directory that tree work stands on: its descriptor, in use until it is closed, and what it was
 * when it was opened. Threads: one at a time.
 */
public final class HeldDirectory implements AutoCloseable {
  public static final int READ =
      Fcntl.O_RDONLY | Fcntl.O_DIRECTORY | Fcntl.O_NOFOLLOW | Fcntl.O_NONBLOCK;
  public static final int PIN = Fcntl.O_PATH | Fcntl.O_DIRECTORY | Fcntl.O_NOFOLLOW;

  private final OwnedFd owned;
  private boolean closed;

  /** The descriptor's number: good until {@link #close}. */
  public final int fd;

  /** Asked of the descriptor right after opening. */
  public final Statx judged;

  private HeldDirectory(OwnedFd owned, int fd, Statx judged) {
    this.owned = owned;
    this.fd = fd;
    this.judged = judged;
  }

  public static Result<HeldDirectory> open(int dirfd, byte[] name, int flags) {
    SyscallResult opened = Fcntl.openat(dirfd, name, flags, 0);
    if (opened.failed()) {
      return Result.failure(opened.errno());
    }
    OwnedFd owned = OwnedFd.of(opened.intValue(), "directory");
    int fd;
    try {
      fd = owned.borrow();
    } catch (ClosedChannelException nobodyElseHasIt) {
      return Result.failure(Errno.EBADF);
    }
    Result<Statx> judged = Statx.fstat(fd);
    if (judged.failed()) {
      close(owned);
      return Result.failure(judged.errno());
    }
    return Result.of(new HeldDirectory(owned, fd, judged.value()));
  }

  /** Whether what was found is this very directory, and not one that got its number later. */
  public static boolean same(Statx a, Statx b) {
    boolean born = (a.mask() & b.mask() & Statx.STATX_BTIME) != 0;
    return a.sameObject(b)
        && a.mountId() == b.mountId()
        && (!born || (a.btimeSeconds() == b.btimeSeconds() && a.btimeNanos() == b.btimeNanos()));
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      close(owned);
    }
  }

  private static void close(OwnedFd owned) {
    owned.giveBack();
    try {
      owned.close();
    } catch (IOException nothingWasWritten) {
      // The number is free again, and a directory has no late write error to report.
    }
  }
}
