package dev.holdfast.locks.kernel;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.locks.Key;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.process.Engine;
import dev.holdfast.locks.wait.Backoff;
import dev.holdfast.locks.wait.Deadline;
import dev.holdfast.locks.wait.NameWatch;
import dev.holdfast.locks.wait.Watch;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.nio.file.Path;

/** A lock that the kernel keeps on a file which we hold open. */
abstract class FileEngine implements Engine {
  private static final long POLL_BASE = 200_000;
  private static final long POLL_CAP = 20_000_000;

  /** After a wait so many claims wait at once: where there was one there will be more. */
  private static final int AT_ONCE = 32;

  private final Key key;
  final Path filePath;

  /** For people. */
  final String path;

  final LockFile file;

  /** Borrowed until {@link #dispose}: the slot sees to it that nobody is in here then. */
  final int fd;

  FileEngine(Key key, Path path, LockFile file) throws IOException {
    this.key = key;
    this.filePath = path;
    this.path = FileName.shownOf(path);
    this.file = file;
    this.fd = file.fd().borrow();
  }

  /** What is left of {@link #AT_ONCE}. */
  private int atOnce;

  /** The call that answers at once. */
  abstract SyscallResult trySet(Mode mode);

  /** The same for those who do not ask why, if it is not granted. */
  abstract boolean takeQuickly(Mode mode);

  /** The call that waits. */
  abstract SyscallResult set(Mode mode);

  abstract IOException failed(SyscallResult result);

  final boolean granted(SyscallResult result) throws IOException {
    if (result.ok()) {
      return true;
    }
    // The kernel's notion of a deadlock counts processes, not threads: a hint, no verdict.
    if (result.is(Errno.EAGAIN)
        || result.is(Errno.EACCES)
        || result.is(Errno.EINTR)
        || result.is(Errno.EDEADLK)) {
      return false;
    }
    throw failed(result);
  }

  /**
   * Takes it from the kernel, waiting: in two system calls at most, as long as nothing disturbs the
   * wait; in one, if there was a wait lately.
   *
   * @return false if the deadline passed
   */
  final boolean claimFromKernel(Mode mode, Deadline deadline)
      throws IOException, InterruptedException {
    if (deadline.passed()) {
      return granted(trySet(mode));
    }
    if (atOnce > 0 && KernelWait.isCheap(deadline)) {
      atOnce--;
    } else if (takeQuickly(mode)) {
      return true;
    } else {
      atOnce = AT_ONCE;
    }
    Backoff backoff = new Backoff(POLL_BASE, POLL_CAP);
    for (; ; ) {
      if (KernelWait.available()) {
        SyscallResult result = KernelWait.await(() -> set(mode), deadline);
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

  final boolean writable() {
    return file.writable();
  }

  @Override
  public final Key key() {
    return key;
  }

  @Override
  public final String name() {
    return path;
  }

  @Override
  public Watch watch(Runnable hint) {
    return watchName(hint, false);
  }

  /**
   * Watches the name.
   *
   * @param closed whether the closing of a descriptor of the file is a hint, too
   */
  final Watch watchName(Runnable hint, boolean closed) {
    Path parent = filePath.toAbsolutePath().getParent();
    return parent == null ? Watch.NONE : NameWatch.whenChanged(parent, closed, hint);
  }

  @Override
  public final void dispose() {
    file.fd().giveBack();
    HarmlessClose.of(file.fd(), file.stat());
  }
}
