package dev.holdfast.files;

import dev.holdfast.files.ground.Place;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.path.proc.ProcSelfFd;
import java.io.IOException;
import java.nio.file.FileSystemException;

/**
 * What names lead to below a held directory: one component by openat(2), which can lead nowhere
 * else, and all others by a {@link Resolver}. Threads: safe for all.
 *
 * @param path of the directory, for messages
 */
record Lookup(OwnedFd fd, String path, Resolution resolution) {
  static final int OPEN_DIRECTORY = Fcntl.O_RDONLY | Fcntl.O_DIRECTORY | Fcntl.O_NONBLOCK;
  static final int HOLD_DIRECTORY = Fcntl.O_PATH | Fcntl.O_DIRECTORY;
  static final int HOLD = Fcntl.O_PATH | Fcntl.O_NOFOLLOW;

  String show(String name) {
    return Place.show(path, name);
  }

  RelativeName parse(String name) throws IOException {
    return RelativeName.parse(name, resolution.scope(), path);
  }

  private FileSystemException failure(SyscallResult result, String call, String name) {
    return FileErrors.ofConfined(result.errno(), call, show(name));
  }

  /** Opens what exists; the caller owns the number. */
  int open(String name, int flags) throws IOException {
    RelativeName parsed = parse(name);
    try (OwnedFd.Use use = fd.use()) {
      SyscallResult result = open(use.fd(), parsed, flags);
      if (result.is(Errno.EAGAIN) && isLeased(use.fd(), parsed, flags)) {
        throw FileErrors.of(Errno.EAGAIN, "openat", show(name));
      }
      return owned(result, name);
    }
  }

  /** Opens a directory, or holds it where it may be searched only; the caller owns the number. */
  int openDirectory(String name, int nofollow) throws IOException {
    RelativeName parsed = parse(name);
    try (OwnedFd.Use use = fd.use()) {
      SyscallResult result = open(use.fd(), parsed, OPEN_DIRECTORY | nofollow);
      if (result.is(Errno.EACCES)) {
        result = open(use.fd(), parsed, HOLD_DIRECTORY | nofollow);
      }
      return owned(result, name);
    }
  }

  private int owned(SyscallResult opened, String name) throws FileSystemException {
    if (opened.failed()) {
      throw failure(opened, "openat2", name);
    }
    return (int) opened.raw();
  }

  /** One component, not followed, cannot lead anywhere: openat(2) itself will do. */
  private boolean needsNoResolver(RelativeName name, int flags) {
    return name.isSingle()
        && (flags & Fcntl.O_NOFOLLOW) != 0
        && resolution.mountCrossing()
        && (!name.isSpecial() || name.last().length == 1);
  }

  private SyscallResult open(int dirfd, RelativeName name, int asked) {
    int flags = name.directory() ? asked | Fcntl.O_DIRECTORY : asked;
    return needsNoResolver(name, flags)
        ? Fcntl.openat(dirfd, name.bytes(), flags, 0)
        : Resolver.open(dirfd, name.bytes(), flags, resolution);
  }

  /** Whether what is not opened, EAGAIN, can be found and held, and still not be opened. */
  private boolean isLeased(int dirfd, RelativeName name, int flags) {
    SyscallResult held = open(dirfd, name, Fcntl.O_PATH | (flags & Fcntl.O_NOFOLLOW));
    if (held.failed()) {
      return false;
    }
    SyscallResult opened = ProcSelfFd.open(held.intValue(), flags & ~Fcntl.O_NOFOLLOW);
    Unistd.close(held.intValue());
    if (opened.ok()) {
      Unistd.close(opened.intValue());
    }
    return opened.is(Errno.EAGAIN);
  }

  /**
   * Where the name leads, for a call on that entry; refuses names that no entry has.
   *
   * @param directoryAllowed whether a name with a slash at its end may be meant
   */
  Place place(String name, String call, boolean directoryAllowed) throws IOException {
    RelativeName parsed = parse(name);
    if (parsed.isSpecial() || (parsed.directory() && !directoryAllowed)) {
      throw noEntry(parsed, call, name, directoryAllowed);
    }
    OwnedFd.Use use = fd.use();
    if (parsed.isSingle()) {
      return new Place(use, use.fd(), false, parsed.last(), parsed.directory(), path, name);
    }
    SyscallResult parent = Resolver.open(use.fd(), parsed.parent(), HOLD_DIRECTORY, resolution);
    if (parent.failed()) {
      use.close();
      throw failure(parent, "openat2", name);
    }
    int raw = (int) parent.raw();
    return new Place(use, raw, true, parsed.last(), parsed.directory(), path, name);
  }

  /** What is wrong with a name that ends in a dot, in two, or in a slash where none may be. */
  private FileSystemException noEntry(
      RelativeName parsed, String call, String name, boolean directoryAllowed) throws IOException {
    try (OwnedFd.Use use = fd.use()) {
      SyscallResult found = Resolver.open(use.fd(), parsed.bytes(), HOLD, resolution);
      if (found.failed()) {
        return failure(found, call, name);
      }
      Result<Statx> stat = Statx.fstat(found.intValue());
      Unistd.close(found.intValue());
      boolean directory = stat.ok() && stat.value().isDirectory();
      Errno errno =
          switch (call) {
            case "unlinkat" ->
                !directoryAllowed
                    ? Errno.EISDIR
                    : parsed.last().length == 1 ? Errno.EINVAL : Errno.ENOTEMPTY;
            case "renameat2" -> Errno.EBUSY;
            default -> Errno.EEXIST;
          };
      return FileErrors.of(directory ? errno : Errno.ENOTDIR, call, show(name));
    }
  }
}
