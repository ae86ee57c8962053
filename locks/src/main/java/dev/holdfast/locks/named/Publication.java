package dev.holdfast.locks.named;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.FileLocks;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.Xattr;
import dev.holdfast.path.FileName;
import dev.holdfast.path.make.RandomNames;
import dev.holdfast.path.make.UnnamedFile;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A lock file that is to appear complete, or not at all.
 *
 * @param record what goes beside the contents, in an extended attribute, where there are any
 * @param flocked whether it is flocked before it can be seen
 */
record Publication(
    NamedFile file, byte[] contents, byte @Nullable [] record, int permissions, boolean flocked) {
  private static final int PIN = Fcntl.O_PATH | Fcntl.O_NOFOLLOW;

  /**
   * A lock file of our own.
   *
   * @param pin keeps its inode number from being given to another file that somebody may put in its
   *     place
   */
  record Published(NamedFile.Identity identity, OwnedFd pin) implements AutoCloseable {
    @Override
    public void close() {
      try {
        pin.close();
      } catch (IOException allWasWritten) {
        // The contents were complete before it was published.
      }
    }
  }

  private String shown() {
    return FileName.shownOf(file.path);
  }

  /**
   * Publishes it, if nothing is at the name.
   *
   * @return which file it is; null if the name is taken
   */
  @Nullable Published publish() throws IOException {
    SyscallResult opened = UnnamedFile.open(file.dirfd, permissions);
    if (UnnamedFile.isLacking(opened)) {
      return publishNamed(false);
    }
    OwnedFd made = OwnedFd.of(opened, "open", shown());
    boolean kept = false;
    try (OwnedFd.Use use = made.use()) {
      fill(use.fd());
      if (flocked) {
        flock(use.fd());
      }
      Published ready =
          new Published(
              NamedFile.Identity.of(Statx.fstat(use.fd()).orThrow("fstat", shown())), made);
      // The nameless file is gone with us if we end here: nothing is left behind.
      SyscallResult linked = UnnamedFile.link(use.fd(), file.dirfd, file.name);
      if (linked.is(Errno.EEXIST)) {
        return null;
      }
      linked.orThrow("link", shown());
      kept = true;
      return ready;
    } finally {
      if (!kept) {
        made.close();
      }
    }
  }

  /**
   * The same by way of a named file of our own, as any file system can: the answer of link(2) is
   * not believed, since a server may have done it and its answer been lost; the count of links is.
   *
   * @param sync whether another machine must see the contents
   */
  @Nullable Published publishNamed(boolean sync) throws IOException {
    byte[] own = Paths.bytes(NamedFile.ownPrefix() + Unistd.getpid() + "." + RandomNames.random());
    int flags = Fcntl.O_RDWR | Fcntl.O_CREAT | Fcntl.O_EXCL | Fcntl.O_NOFOLLOW;
    OwnedFd made =
        // Ours to write until it is filled, whatever it is to be.
        OwnedFd.of(Fcntl.openat(file.dirfd, own, flags, permissions | 0600), "open", shown());
    try {
      NamedFile.Identity mine;
      try (OwnedFd.Use use = made.use()) {
        fill(use.fd());
        if (sync) {
          Unistd.fsync(use.fd()).orThrow("fsync", shown());
        }
        mine = NamedFile.Identity.of(Statx.fstat(use.fd()).orThrow("fstat", shown()));
      }
      // Closed first: NFS writes back and checks on close.
      made.close();
      SyscallResult pinned = Fcntl.openat(file.dirfd, own, flocked ? NamedFile.READ : PIN, 0);
      if (pinned.is(Errno.ENOENT)) {
        // Somebody cleans here, and took us for dead.
        return null;
      }
      OwnedFd pin = OwnedFd.of(pinned, "open", shown());
      boolean kept = false;
      try {
        if (flocked) {
          try (OwnedFd.Use use = pin.use()) {
            flock(use.fd());
          }
        }
        SyscallResult linked = Unistd.linkat(file.dirfd, own, file.dirfd, file.name, 0);
        kept = won(own, mine, linked);
        return kept ? new Published(mine, pin) : null;
      } finally {
        if (!kept) {
          pin.close();
        }
      }
    } finally {
      made.close();
      Unistd.unlinkat(file.dirfd, own, 0);
    }
  }

  /**
   * Before it is published: a file that says that it is flocked is so until its holder has ended.
   */
  private void flock(int fd) throws IOException {
    FileLocks.flock(fd, FileLocks.LOCK_EX | FileLocks.LOCK_NB).orThrow("flock", shown());
  }

  private boolean won(byte[] own, NamedFile.Identity mine, SyscallResult linked)
      throws IOException {
    for (int i = 0; ; i++) {
      Result<Statx> stat =
          Statx.statx(file.dirfd, own, Fcntl.AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS);
      if (stat.is(Errno.ESTALE) && i < 8) {
        continue;
      }
      boolean two = stat.orThrow("statx", shown()).nlink() == 2;
      if (two || mine.equals(file.there())) {
        return true;
      }
      if (!linked.is(Errno.EEXIST) && !linked.is(Errno.ESTALE)) {
        linked.orThrow("link", shown());
      }
      return false;
    }
  }

  private void fill(int fd) throws IOException {
    int written = 0;
    while (written < contents.length) {
      written +=
          (int)
              Unistd.write(fd, contents, written, contents.length - written)
                  .orThrow("write", shown());
    }
    if (record != null) {
      // Before the mode, which may let nobody but root set one. Where there are no such attributes
      // the holder cannot be proved dead: that is all.
      Xattr.fsetxattr(fd, HolderRecord.BESIDE, record, 0);
    }
    // The umask must not hide the record from who has to judge it.
    Unistd.fchmod(fd, permissions).orThrow("fchmod", shown());
  }
}
