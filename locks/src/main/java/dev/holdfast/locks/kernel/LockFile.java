package dev.holdfast.locks.kernel;

import static dev.holdfast.libc.Fcntl.AT_FDCWD;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallExceptions;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.process.Identity;
import dev.holdfast.locks.process.Slots;
import dev.holdfast.path.FileName;
import dev.holdfast.path.FileSystems;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/**
 * The permanent file that a kernel lock is on, opened so that nothing on the way can redirect or
 * block it: no last link is followed, no FIFO waited for, no terminal acquired, and no hard link
 * taken that somebody else may have made (whatever {@code fs.protected_hardlinks} says).
 *
 * @param writable false if only reading was permitted
 */
public record LockFile(OwnedFd fd, Statx stat, boolean writable, FileSystems.Known fileSystem) {
  private static final int FLAGS =
      Fcntl.O_NOFOLLOW | Fcntl.O_NONBLOCK | Fcntl.O_NOCTTY | Fcntl.O_CLOEXEC;
  private static final int TRIES = 64;
  private static final int OTHERS = 077;
  private static final int GROUP_WRITE = 020;

  /** What may be locked. */
  public enum Want {
    /** A regular file that can be written. */
    WRITABLE,
    /** The same, which is there: it is never made. */
    EXISTING,
    /** A regular file; reading is enough. */
    READABLE,
    /** Whatever can be opened for reading, directories and devices included. */
    ANYTHING,
    /** The same, and a link to it is followed; it is never made. */
    DEVICE
  }

  /** Somebody has a lease on it, and is asked to let go of that. */
  public static final class LeasedException extends FileSystemException {
    private static final long serialVersionUID = 1;

    LeasedException(String file) {
      super(file, null, "somebody has a lease on it (EAGAIN): try again");
    }
  }

  /** Opens it, making it with these permissions (less the umask) if it is not there. */
  public static LockFile open(Path path, Want want, int permissions) throws IOException {
    return open(path, want, new NewFile(permissions, false, Identity.KEEP));
  }

  /** Opens it, making it like this if it is not there. */
  static LockFile open(Path path, Want want, NewFile made) throws IOException {
    FileName file = FileName.of(path);
    byte[] name = file.bytes();
    String shown = file.shown();
    // Not O_CREAT at once: fs.protected_regular refuses it on an existing file of another owner.
    int flags = want == Want.DEVICE ? FLAGS & ~Fcntl.O_NOFOLLOW : FLAGS;
    for (int i = 0; i < TRIES; i++) {
      SyscallResult opened = Fcntl.openat(AT_FDCWD, name, flags | Fcntl.O_RDWR, 0);
      boolean writable = opened.ok();
      if ((opened.is(Errno.EMFILE) || opened.is(Errno.ENFILE)) && Slots.makeRoom()) {
        opened = Fcntl.openat(AT_FDCWD, name, flags | Fcntl.O_RDWR, 0);
        writable = opened.ok();
      }
      if (want != Want.WRITABLE
          && want != Want.EXISTING
          && (opened.is(Errno.EACCES)
              || opened.is(Errno.EROFS)
              || opened.is(Errno.EISDIR)
              || opened.is(Errno.ETXTBSY)
              || opened.is(Errno.EPERM))) {
        opened = Fcntl.openat(AT_FDCWD, name, flags | Fcntl.O_RDONLY, 0);
      }
      if (opened.is(Errno.ENOENT) && want != Want.DEVICE && want != Want.EXISTING) {
        int create = FLAGS | Fcntl.O_RDWR | Fcntl.O_CREAT | Fcntl.O_EXCL;
        opened = Fcntl.openat(AT_FDCWD, name, create, made.permissions());
        writable = true;
        if (opened.is(Errno.EEXIST)) {
          continue;
        }
        if (opened.ok()) {
          share(opened, made, shown);
        }
      }
      if (opened.is(Errno.EINTR)) {
        continue;
      }
      if (opened.is(Errno.EISDIR)) {
        throw new FileSystemException(
            shown, null, "is a directory: only a flock can be on it (EISDIR)");
      }
      if (opened.is(Errno.ENXIO)) {
        throw new FileSystemException(
            shown, null, "is a socket, or a device that is not there: it cannot be opened (ENXIO)");
      }
      if (opened.is(Errno.ELOOP)) {
        throw SyscallExceptions.linkNotFollowed(shown);
      }
      if (opened.is(Errno.EACCES)) {
        throw notShared(file);
      }
      if (opened.is(Errno.EAGAIN)) {
        throw new LeasedException(shown);
      }
      return checked(OwnedFd.of(opened, "open", shown), path, want, writable);
    }
    throw new FileSystemException(
        shown, null, "appears and disappears too fast to be a permanent lock file");
  }

  /** Of one that was just made; the kernel gave it no more than it was to have. */
  private static void share(SyscallResult opened, NewFile made, String shown) throws IOException {
    boolean shared = false;
    int fd = opened.intValue();
    try {
      if (made.group() != Identity.KEEP) {
        Unistd.fchown(fd, Identity.KEEP, made.group()).orThrow("chown to the group", shown);
      }
      if (made.exactly()) {
        Unistd.fchmod(fd, made.permissions()).orThrow("chmod", shown);
      }
      shared = true;
    } finally {
      if (!shared) {
        HarmlessClose.of(OwnedFd.of(opened, "open", shown));
      }
    }
  }

  /** Who may not open it wants to know how it can be shared. */
  private static AccessDeniedException notShared(FileName file) {
    Result<Statx> there =
        Statx.statx(AT_FDCWD, file.bytes(), Fcntl.AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS);
    return new AccessDeniedException(
        file.shown(),
        null,
        there.failed()
            ? "Permission denied (EACCES)"
            : String.format(
                "Permission denied (EACCES): user %s made it with mode %04o; a lock file that users"
                    + " share is made with --mode or --group (permissions or group of the lock)",
                Integer.toUnsignedString(there.value().uid()), there.value().permissions()));
  }

  /**
   * Opens a file of our own beside a lock, making it if it is not there. Where only its owner may
   * use it, it must be this user's or root's: a stranger's would let that one read and write what
   * is kept there, and hold it for ever.
   *
   * @param group whose it is to be, if that may be
   */
  static LockFile beside(Path path, int permissions, int group) throws IOException {
    LockFile file = open(path, Want.WRITABLE, new NewFile(permissions, true, Identity.KEEP));
    int owner = file.stat.uid();
    int me = Identity.setfsuid(Identity.KEEP);
    if (owner == me && (permissions & GROUP_WRITE) != 0) {
      file.giveTo(group);
    }
    if ((permissions & OTHERS) != 0 || owner == 0 || owner == me) {
      return file;
    }
    file.fd.close();
    throw new AccessDeniedException(
        FileName.shownOf(path),
        null,
        "belongs to user "
            + Integer.toUnsignedString(owner)
            + ", who is neither you nor root: remove it, or give the lock file, or the directory"
            + " that it is in, to all who share the lock (--mode)");
  }

  /** Whoever is not in that group cannot give it one: then it is as it was. */
  private void giveTo(int group) throws IOException {
    if (stat.gid() != group) {
      try (OwnedFd.Use use = fd.use()) {
        Unistd.fchown(use.fd(), Identity.KEEP, group);
      }
    }
  }

  private static LockFile checked(OwnedFd fd, Path path, Want want, boolean writable)
      throws IOException {
    String shown = FileName.of(path).shown();
    boolean kept = false;
    try (OwnedFd.Use use = fd.use()) {
      Statx stat = Statx.fstat(use.fd()).orThrow("fstat", shown);
      if (!stat.isRegular() && want != Want.ANYTHING && want != Want.DEVICE) {
        throw new FileSystemException(
            shown, null, "is not a regular file: only a flock can be on it");
      }
      if (stat.nlink() > 1 && want != Want.DEVICE && stat.isRegular() && othersMayLinkTo(path)) {
        throw new FileSystemException(
            shown,
            null,
            "has another name, and others may make names in its directory: it may be any file"
                + " (S12); use a directory of your own");
      }
      kept = true;
      return new LockFile(fd, stat, writable, FileSystems.of(use.fd()));
    } finally {
      if (!kept) {
        HarmlessClose.of(fd);
      }
    }
  }

  /** True if the kernel itself keeps the locks of this file system. */
  boolean local() {
    return fileSystem.isLocal();
  }

  /** True if somebody else may make names where this one is. */
  private static boolean othersMayLinkTo(Path path) throws IOException {
    Path parent = path.toAbsolutePath().getParent();
    if (parent == null) {
      return false;
    }
    Statx directory =
        Statx.statx(AT_FDCWD, Paths.bytes(parent), 0, Statx.STATX_BASIC_STATS)
            .orThrow("statx", FileName.shownOf(parent));
    boolean ours = directory.uid() == 0 || directory.uid() == Identity.geteuid();
    return !ours || (directory.permissions() & 0022) != 0;
  }

  /** True if a name leads to this file. */
  public boolean isAt(Path path) throws IOException {
    return leads(path, stat.device(), stat.inode());
  }

  /** True if the name leads to this very object. */
  public static boolean leads(Path path, long device, long inode) throws IOException {
    return leads(path, Fcntl.AT_SYMLINK_NOFOLLOW, device, inode);
  }

  /** The same, with flags for the look-up. */
  public static boolean leads(Path path, int flags, long device, long inode) throws IOException {
    Result<Statx> there = Statx.statx(AT_FDCWD, Paths.bytes(path), flags, Statx.STATX_BASIC_STATS);
    if (there.is(Errno.ENOENT) || there.is(Errno.ENOTDIR)) {
      return false;
    }
    Statx stat = there.orThrow("statx", FileName.shownOf(path));
    return stat.inode() == inode && stat.device() == device;
  }

  public void closeQuietly() {
    HarmlessClose.of(fd, stat);
  }

  static int pid() {
    return Unistd.getpid();
  }
}
