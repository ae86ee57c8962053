package dev.holdfast.locks.kernel;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.locks.Key;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.wait.Backoff;
import dev.holdfast.locks.wait.Deadline;
import java.io.IOException;

/** Locks that belong to the open file, and not to the process. */
abstract class KernelEngine extends FileEngine {
  private static final long POLL_BASE = 200_000;
  private static final long POLL_CAP = 20_000_000;

  KernelEngine(Key key, String path, LockFile file) throws IOException {
    super(key, path, file);
  }

  @Override
  public final boolean passOn(boolean on) throws IOException {
    Fcntl.fcntl(fd, Fcntl.F_SETFD, on ? 0 : Fcntl.FD_CLOEXEC).orThrow("fcntl F_SETFD", path);
    return true;
  }

  @Override
  public final boolean leaveToHeirs() {
    // To unlock would take it from whoever has the same description; to close does not.
    dispose();
    return true;
  }

  @Override
  public final int inheritable() {
    return fd;
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
