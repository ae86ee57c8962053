package dev.holdfast.files;

import dev.holdfast.catalogue.Row;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.path.FileName;
import dev.holdfast.path.make.Creations;
import dev.holdfast.path.make.Interruptions;
import dev.holdfast.path.proc.ProcSelfFd;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/**
 * How an {@link OpenFile} comes to be: opened and then checked, or created exclusively. Each takes
 * the directory that its name is below, for messages; null if the name is a path. Threads: safe for
 * all.
 */
final class FileOpening {
  /** For retries after "it was there, now it is not" and the reverse. */
  private static final int MAX_TRIES = 64;

  private static final int CREATE =
      Fcntl.O_CREAT | Fcntl.O_EXCL | Fcntl.O_NOFOLLOW | Fcntl.O_NONBLOCK | Fcntl.O_NOCTTY;

  private FileOpening() {}

  /** Opens the file a path means and checks it, or creates it if that is asked for. */
  static OpenFile open(String path, Opening opening) throws IOException {
    byte[] bytes = requireFileName(path);
    return opening.creates()
        ? openOrCreate(
            path,
            () -> openPath(bytes, path, opening),
            () -> create(path, opening.createMode(), opening.accessFlags()),
            () -> isLink(path))
        : openPath(bytes, path, opening);
  }

  private static OpenFile openPath(byte[] bytes, String path, Opening opening) throws IOException {
    int flags = opening.lookUpFlags();
    SyscallResult result = Fcntl.openat(Fcntl.AT_FDCWD, bytes, flags, 0);
    if (result.is(Errno.EINTR)) {
      result = Interruptions.retry(() -> Fcntl.openat(Fcntl.AT_FDCWD, bytes, flags, 0));
    }
    return checked((int) FileErrors.orThrow(result, "openat", path), null, path, opening);
  }

  /** An open that can be tried again. */
  interface Attempt {
    OpenFile run() throws IOException;
  }

  /** A question about the name. */
  interface Question {
    boolean ask() throws IOException;
  }

  static OpenFile openOrCreate(String path, Attempt open, Attempt create, Question isLink)
      throws IOException {
    for (int i = 0; i < MAX_TRIES; i++) {
      try {
        return open.run();
      } catch (NoSuchFileException absent) {
        try {
          return create.run();
        } catch (FileAlreadyExistsException present) {
          // Somebody was faster: opening again tells.
          if (i > 0 && isLink.ask()) {
            throw new UnsafePathException(
                path, "is a dangling symbolic link", Row.S05, Errno.EEXIST);
          }
        }
      }
    }
    throw new RaceDetectedException(path, "came and went at every try", Row.S04, null);
  }

  private static boolean isLink(String path) {
    Result<Statx> named =
        Statx.statx(
            Fcntl.AT_FDCWD,
            FileName.encode(path),
            Fcntl.AT_SYMLINK_NOFOLLOW,
            Statx.STATX_BASIC_STATS);
    return named.ok() && named.value().isSymlink();
  }

  static OpenFile create(String path, int mode, int accessFlags) throws IOException {
    return createAt(Fcntl.AT_FDCWD, requireFileName(path), null, path, mode, accessFlags);
  }

  /** Exclusive creation of a last component in a held directory, or of a whole path. */
  static OpenFile createAt(
      int dirfd, byte[] last, @Nullable Directory directory, String name, int mode, int accessFlags)
      throws IOException {
    Opening.checkMode(mode);
    SyscallResult result = Fcntl.openat(dirfd, last, accessFlags | CREATE, mode & 0600);
    if (result.failed()) {
      throw FileErrors.of(result.errno(), "openat", show(directory, name));
    }
    int raw = (int) result.raw();
    Result<Statx> stat = Statx.fstat(raw);
    try {
      if (stat.ok() && stat.value().permissions() != mode) {
        SyscallResult changed = Unistd.fchmod(raw, mode);
        if (changed.failed()
            && !Creations.modeIsTheFileSystems(stat.value(), mode & 0600, changed)) {
          removeIfSame(dirfd, last, raw);
          SyscallResult again = Fcntl.openat(dirfd, last, accessFlags | CREATE, mode);
          if (again.failed()) {
            changed.orThrow("fchmod", show(directory, name));
          }
          // Some file systems (FUSE) have the mode from birth, or not at all.
          Unistd.close(raw);
          raw = again.intValue();
          stat = Statx.fstat(raw);
          if (stat.ok() && stat.value().permissions() != mode) {
            changed.orThrow("fchmod", show(directory, name));
          }
        } else {
          stat = Statx.fstat(raw);
        }
      }
      Statx born = stat.orThrow("statx", show(directory, name));
      return new OpenFile(OwnedFd.of(raw, name), directory, name, accessFlags, born);
    } catch (FileSystemException failed) {
      removeIfSame(dirfd, last, raw);
      Unistd.close(raw);
      throw failed;
    }
  }

  /** Paths are put together only for those who ask. */
  static String show(@Nullable Directory directory, String name) {
    return directory == null ? name : directory.show(name);
  }

  /** Undoes a creation, unless the name is by now somebody else's. */
  private static void removeIfSame(int dirfd, byte[] name, int fd) {
    Result<Statx> mine = Statx.fstat(fd);
    Result<Statx> named =
        Statx.statx(dirfd, name, Fcntl.AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS);
    if (mine.ok() && named.ok() && mine.value().sameObject(named.value())) {
      Unistd.unlinkat(dirfd, name, 0);
    }
  }

  /** Takes the ownership of a descriptor that was just opened, once it passes the checks. */
  static OpenFile checked(int raw, @Nullable Directory directory, String name, Opening opening)
      throws IOException {
    if (!opening.checksFirst()) {
      return checkedOpen(raw, directory, name, opening);
    }
    try {
      return openHeld(raw, directory, name, opening);
    } finally {
      Unistd.close(raw);
    }
  }

  /**
   * Opens what a descriptor holds, by the kernel's own reference to it. Needs /proc; the descriptor
   * stays the caller's.
   */
  static OpenFile openHeld(int held, @Nullable Directory directory, String name, Opening opening)
      throws IOException {
    String path = show(directory, name);
    Statx stat = Statx.fstat(held).orThrow("statx", path);
    if (opening.checksFirst()) {
      opening.check(stat, path);
    }
    int flags = opening.openFlags() & ~Fcntl.O_NOFOLLOW;
    int raw = (int) FileErrors.orThrow(ProcSelfFd.open(held, flags), "openat", path);
    OpenFile file = checkedOpen(raw, directory, name, opening);
    if (!file.was(stat)) {
      file.close();
      throw new RaceDetectedException(path, "/proc/self/fd led to another file", Row.S09, null);
    }
    return file;
  }

  private static OpenFile checkedOpen(
      int raw, @Nullable Directory directory, String name, Opening opening) throws IOException {
    try {
      Result<Statx> stat = Statx.fstat(raw);
      if (stat.failed() || !opening.accepts(stat.value())) {
        String path = show(directory, name);
        opening.check(stat.orThrow("statx", path), path);
      }
      if (opening.truncates() && stat.value().isRegular()) {
        Unistd.ftruncate(raw, 0).orThrow("ftruncate", show(directory, name));
      }
      return new OpenFile(
          OwnedFd.of(raw, name), directory, name, opening.accessFlags(), stat.value());
    } catch (FileSystemException refused) {
      Unistd.close(raw);
      throw refused;
    }
  }

  /** Takes the ownership of a regular file's descriptor that needs no check: an O_TMPFILE. */
  static OpenFile adopt(int raw, Directory directory, String name, int accessFlags) {
    return new OpenFile(OwnedFd.of(raw, name), directory, name, accessFlags, null);
  }

  /** The same for a copy of such a descriptor, which may outlive its directory. */
  static OpenFile adoptReadable(int raw, String path) {
    return new OpenFile(OwnedFd.of(raw, path), null, path, Fcntl.O_RDONLY, null);
  }

  /**
   * A trailing slash or dot would have the kernel follow a link that we promise not to follow, and
   * no file's name ends in one.
   */
  private static byte[] requireFileName(String path) throws FileSystemException {
    if (path.isEmpty()) {
      throw FileErrors.of(Errno.ENOENT, "openat", path);
    }
    if (path.endsWith("/") || path.endsWith("/.") || path.equals(".")) {
      throw FileErrors.of(Errno.ENOTDIR, "openat", path);
    }
    return FileName.encode(path);
  }
}
