package dev.holdfast.files.replace;

import static dev.holdfast.files.inside.Core.CORE;

import dev.holdfast.files.FileBusyException;
import dev.holdfast.files.OpenFile;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.FileLocks;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.SyscallResult;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** The exclusive flock(2) lock of an open file, which goes when the file is closed. */
final class FileGuard {
  private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long MAX_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private FileGuard() {}

  /**
   * Waits for it, interruptibly and not for ever: so not in the kernel.
   *
   * @throws FileBusyException if somebody keeps it
   */
  static void lock(OpenFile file) throws IOException {
    long deadline = System.nanoTime() + TIMEOUT_NANOS;
    long pause = TimeUnit.MICROSECONDS.toNanos(50);
    try (OwnedFd.Use use = CORE.use(file)) {
      for (; ; ) {
        SyscallResult result = FileLocks.flock(use.fd(), FileLocks.LOCK_EX | FileLocks.LOCK_NB);
        if (result.ok()) {
          return;
        }
        if (!result.is(Errno.EAGAIN) && !result.is(Errno.EINTR)) {
          result.orThrow("flock", file.path());
        }
        if (System.nanoTime() - deadline >= 0) {
          throw new FileBusyException(file.path(), "somebody keeps it locked");
        }
        // Random, so that those who wait do not go on in step.
        TimeUnit.NANOSECONDS.sleep(ThreadLocalRandom.current().nextLong(pause / 2, pause));
        pause = Math.min(pause * 2, MAX_PAUSE_NANOS);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      InterruptedIOException failure = new InterruptedIOException(file.path());
      failure.initCause(interrupted);
      throw failure;
    }
  }
}
