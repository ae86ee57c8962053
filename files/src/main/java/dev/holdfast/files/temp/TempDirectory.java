package dev.holdfast.files.temp;

import static dev.holdfast.files.inside.Core.CORE;

import dev.holdfast.files.Directory;
import dev.holdfast.files.tree.TreeOptions;
import dev.holdfast.files.tree.TreeReport;
import dev.holdfast.files.tree.Trees;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A temporary directory that only this user can enter, held; see {@link TempFiles}. Closing it
 * removes it and all that is in it, unless it is {@linkplain #keep kept}.
 *
 * <p>While it is open it has a shared flock(2) lock, which cleaners such as systemd-tmpfiles take
 * as "in use" (F08). The lock goes with the process.
 *
 * <p><b>Threads.</b> Safe for all.
 */
public final class TempDirectory implements AutoCloseable {
  private static final int MAX_TRIES = 64;

  /** In use until this is closed, so that the name can be removed. */
  private final Directory parent;

  private final OwnedFd.Use use;
  private final byte[] name;
  private final Directory directory;
  private final Statx made;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile boolean kept;

  TempDirectory(Directory parent, OwnedFd.Use use, byte[] name, Directory directory, Statx made) {
    this.parent = parent;
    this.use = use;
    this.name = name;
    this.directory = directory;
    this.made = made;
  }

  /** The directory itself: work with names below it. */
  public Directory directory() {
    return directory;
  }

  /** For programs that take only names. */
  public Path path() {
    return FileName.pathOf(shown());
  }

  private String shown() {
    return CORE.show(parent, FileName.decode(name));
  }

  /** Lets it stay: closing this then closes the directory and removes nothing. */
  public void keep() {
    kept = true;
  }

  /** True if its name still leads to it: false once somebody removed or replaced it (S07). */
  public boolean isNamed() {
    return !closed.get() && leadsHere();
  }

  private boolean leadsHere() {
    Result<Statx> named =
        Statx.statx(use.fd(), name, Fcntl.AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS);
    return named.ok() && named.value().sameObject(made);
  }

  /**
   * Removes what is in it, by the held descriptor, and then its name, if that still leads to it.
   *
   * @throws IOException if something could not be removed
   */
  @Override
  public synchronized void close() throws IOException {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try {
      if (kept) {
        return;
      }
      SyscallResult removed = remove();
      // Another thread may still have made something in it after the last look.
      for (int i = 0; i < MAX_TRIES && removed.is(Errno.ENOTEMPTY); i++) {
        removed = remove();
      }
      if (!removed.is(Errno.ENOENT)) {
        removed.orThrow("unlinkat", shown());
      }
    } finally {
      TempExit.release(this);
      try {
        directory.close();
      } finally {
        use.close();
      }
    }
  }

  private SyscallResult remove() throws IOException {
    TreeReport report = deleteContents();
    if (!report.complete()) {
      throw new FileSystemException(
          shown(), null, "cannot be removed: " + report.failures().getFirst());
    }
    return leadsHere()
        ? Unistd.unlinkat(use.fd(), name, Fcntl.AT_REMOVEDIR)
        : SyscallResult.SUCCESS;
  }

  /** All of it, also if this thread is interrupted: nobody comes again for what is left. */
  private TreeReport deleteContents() throws IOException {
    boolean interrupted = false;
    try {
      for (; ; ) {
        interrupted |= Thread.interrupted();
        TreeReport report =
            Trees.deleteContents(directory, TreeOptions.defaults().withForcePermissions(true));
        if (!report.stopped()) {
          return report;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public String toString() {
    return "TempDirectory[" + shown() + "]";
  }
}
