package dev.holdfast.locks;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.SyscallResult;
import java.io.IOException;

/** Locks that belong to the open file, and not to the process. */
abstract class KernelEngine extends FileEngine {
  private static final long POLL_BASE = 200_000;
  private static final long POLL_CAP = 20_000_000;

  KernelEngine(Key key, String path, LockFile file) throws IOException {
    super(key, path, file);
  }

  /** Leaves the descriptor open in the programs that are executed. */
  final void passOn() throws IOException {
    Fcntl.fcntl(fd, Fcntl.F_SETFD, 0).orThrow("fcntl F_SETFD", path);
  }

  /** The call that answers at once. */
  abstract SyscallResult trySet(Mode mode);

  /** The call that waits. */
  abstract SyscallResult set(Mode mode);

  @Override
  public final boolean tryClaim(Mode mode) throws IOException {
    return granted(trySet(mode));
  }

  private boolean granted(SyscallResult result) throws IOException {
    if (result.ok()) {
      return true;
    }
    if (result.is(Errno.EAGAIN) || result.is(Errno.EACCES) || result.is(Errno.EINTR)) {
      return false;
    }
    throw failed(result);
  }

  abstract IOException failed(SyscallResult result);

  @Override
  public final boolean claim(Mode mode, Deadline deadline)
      throws IOException, InterruptedException {
    if (deadline.passed()) {
      return granted(trySet(mode));
    }
    Backoff backoff = new Backoff(POLL_BASE, POLL_CAP);
    for (; ; ) {
      if (KernelWait.available()) {
        SyscallResult result = KernelWait.await(() -> set(mode), deadline);
        // The kernel's notion of a deadlock counts processes, not threads: a hint, no verdict.
        if (result != null && !result.is(Errno.EDEADLK)) {
          if (granted(result)) {
            return true;
          }
          continue;
        }
      }
      if (granted(trySet(mode))) {
        return true;
      }
      if (!backoff.pause(deadline)) {
        return granted(trySet(mode));
      }
    }
  }
}
