package dev.holdfast.locks.kernel;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.FileLocks;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.wait.Backoff;
import dev.holdfast.locks.wait.Deadline;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A small permanent file {@code .NAME.holdfast} beside a lock file that comes and goes: what must
 * outlive the lock file is kept here. It is never removed.
 */
public final class Sidecar {
  /** Longer than any honest work with it takes, also on a busy machine. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Whoever may write to it may use it. */
  private static final int SHARED = 0666;

  private static final int GROUP = 0660;
  private static final int MINE = 0600;

  /** As many as a file of several hundred thousand locked ranges has. */
  private static final int MOST_BYTES = 16 * 1024 * 1024;

  private final Path path;

  /**
   * Of what was opened, if the lock is on a file that stays; else of its directory, at each use.
   */
  private final @Nullable Statx reach;

  private Sidecar(Path path, @Nullable Statx reach) {
    this.path = path;
    this.reach = reach;
  }

  /** Beside a lock that comes and goes: whoever can make names in the directory can take it. */
  public static Sidecar of(Path lockPath) {
    return new Sidecar(beside(lockPath), null);
  }

  /**
   * Beside a lock file that stays: whoever can open that for writing can take it.
   *
   * @param opened the lock file
   */
  static Sidecar ofFile(Path lockPath, Statx opened) {
    return new Sidecar(beside(lockPath), opened);
  }

  private static Path beside(Path lockPath) {
    return Beside.of(lockPath, ".holdfast");
  }

  /** With the reach of the lock: for whoever can take that. */
  private LockFile open() throws IOException {
    Statx stat = reach;
    if (stat == null) {
      byte[] directory = Paths.bytes(Objects.requireNonNull(path.getParent()));
      stat =
          Statx.statx(Fcntl.AT_FDCWD, directory, 0, Statx.STATX_BASIC_STATS)
              .orThrow("statx", FileName.shownOf(path));
    }
    int mode = stat.permissions();
    int permissions = (mode & 02) != 0 ? SHARED : (mode & 020) != 0 ? GROUP : MINE;
    return LockFile.beside(path, permissions, stat.gid());
  }

  /** Work done while nobody else works with this sidecar. */
  public interface Work<T> {
    T with(int fd) throws IOException;
  }

  /**
   * Does something while this sidecar is flocked by nobody else. Only short work: others wait for
   * as long.
   *
   * @throws FileSystemException if another process does not let go of it within {@link #PATIENCE}:
   *     whoever may open it can hold it for ever (L12)
   */
  public <T> T exclusively(Work<T> work) throws IOException {
    return exclusively(PATIENCE, work);
  }

  /** The same with another patience. */
  public <T> T exclusively(Duration patience, Work<T> work) throws IOException {
    // Closing is what unlocks.
    try (OwnedFd fd = open().fd();
        OwnedFd.Use use = fd.use()) {
      lock(use.fd(), Deadline.after(patience));
      return work.with(use.fd());
    }
  }

  private void lock(int fd, Deadline deadline) throws IOException {
    Backoff backoff = new Backoff(50_000, 5_000_000);
    boolean interrupted = false;
    try {
      for (; ; ) {
        SyscallResult locked = FileLocks.flock(fd, FileLocks.LOCK_EX | FileLocks.LOCK_NB);
        if (!locked.is(dev.holdfast.libc.Errno.EAGAIN)) {
          locked.orThrow("flock", FileName.shownOf(path));
          return;
        }
        if (deadline.passed()) {
          throw new FileSystemException(
              FileName.shownOf(path),
              null,
              "another process holds a flock on it (EAGAIN); `holdfast locks` tells which");
        }
        try {
          backoff.pause(deadline);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Raises the counter of this name, or reads it for a shared holder. */
  public long token(String counter, Mode mode) throws IOException {
    return exclusively(
        fd -> {
          StringBuilder rest = new StringBuilder();
          long last = 0;
          for (String line : contents(fd).split("\n", -1)) {
            if (line.startsWith(counter + " ")) {
              last =
                  Tokens.parse(
                      line.substring(counter.length() + 1).getBytes(US_ASCII),
                      FileName.shownOf(path));
            } else if (!line.isBlank()) {
              rest.append(line).append('\n');
            }
          }
          if (mode == Mode.SHARED) {
            return last;
          }
          rest.append(counter).append(' ').append(last + 1).append('\n');
          byte[] bytes = rest.toString().getBytes(US_ASCII);
          SyscallResult written = Unistd.pwrite(fd, bytes, 0, bytes.length, 0);
          if (written.orThrow("write", FileName.shownOf(path)) != bytes.length) {
            throw new IOException(path + ": short write");
          }
          Unistd.ftruncate(fd, bytes.length).orThrow("ftruncate", FileName.shownOf(path));
          return last + 1;
        });
  }

  /** All of it: a counter that was not read would begin again. */
  private String contents(int fd) throws IOException {
    byte[] buffer = new byte[4 * 1024];
    int length = 0;
    for (; ; ) {
      SyscallResult read = Unistd.pread(fd, buffer, length, buffer.length - length, length);
      int more = (int) read.orThrow("read", FileName.shownOf(path));
      if (more == 0) {
        return new String(buffer, 0, length, US_ASCII);
      }
      length += more;
      if (length == MOST_BYTES) {
        throw new FileSystemException(
            FileName.shownOf(path), null, "is too long for the counters of locks: it is damaged");
      }
      if (length == buffer.length) {
        buffer = Arrays.copyOf(buffer, 2 * length);
      }
    }
  }
}
