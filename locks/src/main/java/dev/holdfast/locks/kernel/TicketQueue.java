package dev.holdfast.locks.kernel;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.FileLocks;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.SyscallExceptions;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.locks.wait.Backoff;
import dev.holdfast.locks.wait.Deadline;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A queue between processes without a daemon (K12), in a file {@code .NAME.queue} beside the lock.
 *
 * <p>Who comes locks byte 0, takes the next number n, locks the byte of n, and frees byte 0; then
 * it waits for a shared lock on the bytes of all lower numbers, which the kernel grants when each
 * of them was freed by its owner, or by the owner's death. The numbers themselves are only a hint:
 * if they were lost or set back, a byte that is taken is passed over.
 */
public final class TicketQueue {
  private static final long BASE = 1024;
  private static final int DIGITS = 20;

  private final Path path;
  private final int permissions;
  private final int group;

  public TicketQueue(Path lock, int permissions, int group) {
    this.path = Beside.of(lock, ".queue");
    this.permissions = permissions;
    this.group = group;
  }

  /** A place in the queue; closing it lets the next one come. */
  public static final class Ticket implements AutoCloseable {
    private final OwnedFd file;
    public final long number;

    Ticket(OwnedFd file, long number) {
      this.file = file;
      this.number = number;
    }

    @Override
    public void close() {
      try {
        file.close();
      } catch (IOException hintsOnly) {
        // Its byte is free all the same, and whoever came first keeps what it has got.
      }
    }
  }

  /**
   * Waits until all who came before have gone.
   *
   * @return null if the deadline passed
   */
  public @Nullable Ticket take(Deadline deadline) throws IOException, InterruptedException {
    LockFile opened = LockFile.beside(path, permissions, group);
    boolean kept = false;
    try (OwnedFd.Use use = opened.fd().use()) {
      if (!lock(use.fd(), FileLocks.F_WRLCK, 0, 1, deadline)) {
        return null;
      }
      long number = draw(use.fd());
      FileLocks.setlk(use.fd(), FileLocks.F_OFD_SETLK, FileLocks.F_UNLCK, 0, 1)
          .orThrow("fcntl F_OFD_SETLK", FileName.shownOf(path));
      kept = number == 0 || lock(use.fd(), FileLocks.F_RDLCK, BASE, number, deadline);
      return kept ? new Ticket(opened.fd(), number) : null;
    } finally {
      if (!kept) {
        // Nobody else locks this file.
        opened.fd().close();
      }
    }
  }

  /** With byte 0 locked: a number of one's own. */
  private long draw(int fd) throws IOException {
    byte[] buffer = new byte[DIGITS];
    int length =
        (int) Unistd.pread(fd, buffer, 0, DIGITS, 0).orThrow("read", FileName.shownOf(path));
    long number = parse(new String(buffer, 0, length, US_ASCII).strip());
    while (true) {
      SyscallResult mine =
          FileLocks.setlk(fd, FileLocks.F_OFD_SETLK, FileLocks.F_WRLCK, BASE + number, 1);
      if (mine.ok()) {
        break;
      }
      if (!mine.is(Errno.EAGAIN) && !mine.is(Errno.EACCES)) {
        mine.orThrow("fcntl F_OFD_SETLK", FileName.shownOf(path));
      }
      number++;
    }
    byte[] next = String.format(Locale.ROOT, "%019d\n", number + 1).getBytes(US_ASCII);
    Unistd.pwrite(fd, next, 0, next.length, 0).orThrow("write", FileName.shownOf(path));
    return number;
  }

  private static long parse(String text) {
    try {
      long number = Long.parseLong(text);
      return number >= 0 && number < Long.MAX_VALUE / 2 ? number : 0;
    } catch (NumberFormatException newOrDamaged) {
      return 0;
    }
  }

  private boolean lock(int fd, int type, long start, long length, Deadline deadline)
      throws IOException, InterruptedException {
    Backoff backoff = new Backoff(200_000, 20_000_000);
    for (; ; ) {
      SyscallResult result = FileLocks.setlk(fd, FileLocks.F_OFD_SETLK, type, start, length);
      if (result.ok()) {
        return true;
      }
      if (!result.is(Errno.EAGAIN) && !result.is(Errno.EACCES)) {
        throw SyscallExceptions.of(result.errno(), "fcntl F_OFD_SETLK", FileName.shownOf(path));
      }
      if (deadline.passed()) {
        return false;
      }
      SyscallResult waited =
          KernelWait.available()
              ? KernelWait.await(
                  () -> FileLocks.setlk(fd, FileLocks.F_OFD_SETLKW, type, start, length), deadline)
              : null;
      if (waited != null && waited.ok()) {
        return true;
      }
      if (waited == null && !backoff.pause(deadline)) {
        return false;
      }
    }
  }
}
