package dev.holdfast.locks;

import static dev.holdfast.libc.Fcntl.AT_FDCWD;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Identity;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/**
 * The permanent file that a kernel lock is on, opened so that nothing on the way can redirect or
 * block it: no last link is followed, no FIFO waited for, no terminal acquired, and no hard link
 * taken that somebody else may have made (whatever {@code fs.protected_hardlinks} says).
 *
 * @param writable false if only reading was permitted
 */
record LockFile(OwnedFd fd, Statx stat, boolean writable, FileSystems.Known fileSystem) {
  private static final int FLAGS =
      Fcntl.O_NOFOLLOW | Fcntl.O_NONBLOCK | Fcntl.O_NOCTTY | Fcntl.O_CLOEXEC;
  private static final int TRIES = 64;

  /** What may be locked. */
  enum Want {
    /** A regular file that can be written. */
    WRITABLE,
    /** A regular file; reading is enough. */
    READABLE,
    /** Whatever can be opened for reading, directories and devices included. */
    ANYTHING,
    /** The same, and a link to it is followed; it is never made. */
    DEVICE
  }

  /** Opens it, making it with these permissions (less the umask) if it is not there. */
  static LockFile open(Path path, Want want, int permissions) throws IOException {
    byte[] name = Paths.bytes(path.toString());
    String shown = path.toString();
    // Not O_CREAT at once: fs.protected_regular refuses it on an existing file of another owner.
    int flags = want == Want.DEVICE ? FLAGS & ~Fcntl.O_NOFOLLOW : FLAGS;
    for (int i = 0; i < TRIES; i++) {
      SyscallResult opened = Fcntl.openat(AT_FDCWD, name, flags | Fcntl.O_RDWR, 0);
      boolean writable = opened.ok();
      if (want != Want.WRITABLE
          && (opened.is(Errno.EACCES)
              || opened.is(Errno.EROFS)
              || opened.is(Errno.EISDIR)
              || opened.is(Errno.ETXTBSY)
              || opened.is(Errno.EPERM))) {
        opened = Fcntl.openat(AT_FDCWD, name, flags | Fcntl.O_RDONLY, 0);
      }
      if (opened.is(Errno.ENOENT) && want != Want.DEVICE) {
        int create = FLAGS | Fcntl.O_RDWR | Fcntl.O_CREAT | Fcntl.O_EXCL;
        opened = Fcntl.openat(AT_FDCWD, name, create, permissions);
        writable = true;
        if (opened.is(Errno.EEXIST)) {
          continue;
        }
      }
      if (opened.is(Errno.EINTR)) {
        continue;
      }
      if (opened.is(Errno.EISDIR)) {
        throw new FileSystemException(
            shown, null, "is a directory: only a flock can be on it (EISDIR)");
      }
      return checked(OwnedFd.of(opened, "open", shown), shown, want, writable);
    }
    throw new FileSystemException(
        shown, null, "appears and disappears too fast to be a permanent lock file");
  }

  private static LockFile checked(OwnedFd fd, String shown, Want want, boolean writable)
      throws IOException {
    boolean kept = false;
    int number = fd.borrow();
    try {
      Statx stat = Statx.fstat(number).orThrow("fstat", shown);
      if (!stat.isRegular() && want != Want.ANYTHING && want != Want.DEVICE) {
        throw new FileSystemException(
            shown, null, "is not a regular file: only a flock can be on it");
      }
      if (stat.nlink() > 1 && want != Want.DEVICE && stat.isRegular() && othersMayLinkTo(shown)) {
        throw new FileSystemException(
            shown,
            null,
            "has another name, and others may make names in its directory: it may be any file"
                + " (S12); use a directory of your own");
      }
      kept = true;
      return new LockFile(fd, stat, writable, FileSystems.of(number));
    } finally {
      fd.giveBack();
      if (!kept) {
        fd.close();
      }
    }
  }

  /** True if the kernel itself keeps the locks of this file system. */
  boolean local() {
    return fileSystem.isLocal();
  }

  /** True if somebody else may make names where this one is. */
  private static boolean othersMayLinkTo(String shown) throws IOException {
    Path parent = Path.of(shown).toAbsolutePath().getParent();
    if (parent == null) {
      return false;
    }
    Statx directory =
        Statx.statx(AT_FDCWD, Paths.bytes(parent.toString()), 0, Statx.STATX_BASIC_STATS)
            .orThrow("statx", parent.toString());
    boolean ours = directory.uid() == 0 || directory.uid() == Identity.geteuid();
    return !ours || (directory.permissions() & 0022) != 0;
  }

  /** True if the name leads to this very object. */
  static boolean leads(Path path, long device, long inode) throws IOException {
    Result<Statx> there =
        Statx.statx(
            AT_FDCWD,
            Paths.bytes(path.toString()),
            Fcntl.AT_SYMLINK_NOFOLLOW,
            Statx.STATX_BASIC_STATS);
    if (there.is(Errno.ENOENT) || there.is(Errno.ENOTDIR)) {
      return false;
    }
    Statx stat = there.orThrow("statx", path.toString());
    return stat.inode() == inode && stat.device() == device;
  }

  void closeQuietly() {
    try {
      fd.close();
    } catch (IOException nothingWasWritten) {
      // A lock file has no contents that could be lost.
    }
  }

  static int pid() {
    return Unistd.getpid();
  }
}
