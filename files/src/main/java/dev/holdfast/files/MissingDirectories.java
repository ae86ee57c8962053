package dev.holdfast.files;

import dev.holdfast.catalogue.Row;
import dev.holdfast.files.ground.Place;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallExceptions;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.path.FileName;
import dev.holdfast.path.make.Creations;
import dev.holdfast.path.proc.ProcSelfFd;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;

/**
 * Makes the directories of a name that are missing, under others who create and remove the same
 * ones: mkdir -p that ends up holding what it made. Threads: one at a time.
 */
final class MissingDirectories {
  /** For "it is there" and "it is not" in turns, under creators and removers. */
  private static final int MAX_TRIES = 1024;

  /** The mode a directory is born with. */
  private static final int BORN = 0700;

  private static final byte[] SELF = {'.'};
  private static final int OPEN = Lookup.OPEN_DIRECTORY;
  private static final int HOLD = Lookup.HOLD_DIRECTORY;

  /** A component came or went meanwhile: look again. */
  private static final int AGAIN = -1;

  private final int dirfd;
  private final Resolution resolution;
  private final int mode;
  private final String shown;

  /**
   * Prepares it.
   *
   * @param dirfd where names begin
   * @param mode of each directory that is made
   * @param shown the whole path, for messages
   */
  MissingDirectories(int dirfd, Resolution resolution, int mode, String shown) {
    this.dirfd = dirfd;
    this.resolution = resolution;
    this.mode = mode;
    this.shown = shown;
  }

  /** The open directory of this name, which the caller owns. */
  int make(byte[] name) throws IOException {
    for (int i = 0; i < MAX_TRIES; i++) {
      SyscallResult there = Resolver.open(dirfd, name, OPEN, resolution);
      if (there.is(Errno.EACCES)) {
        there = Resolver.open(dirfd, name, HOLD, resolution);
      }
      if (there.ok()) {
        return (int) there.raw();
      }
      if (!there.is(Errno.ENOENT)) {
        throw failure(there);
      }
      int made = makeMissing(name);
      if (made != AGAIN) {
        return made;
      }
      if (Statx.fstat(dirfd).orThrow("statx", shown).nlink() == 0) {
        // The directory that names begin in was removed: nothing can be made in it any more.
        throw failure(there);
      }
    }
    throw new RaceDetectedException(shown, "came and went at every try", Row.S18, Errno.ENOENT);
  }

  private FileSystemException failure(SyscallResult result) {
    return FileErrors.ofConfined(result.errno(), "openat2", shown);
  }

  /** Makes what is missing, from the first missing component on. */
  private int makeMissing(byte[] name) throws IOException {
    int end = name.length;
    int current = -1;
    try {
      // The longest part that exists, from the end backwards.
      while (current < 0) {
        int slash = lastSlash(name, end);
        if (slash < 0) {
          SyscallResult self = Fcntl.openat(dirfd, SELF, HOLD, 0);
          if (self.failed()) {
            throw SyscallExceptions.of(self.errno(), "openat", shown);
          }
          current = (int) self.raw();
          end = 0;
          break;
        }
        SyscallResult opened = Resolver.open(dirfd, Arrays.copyOf(name, slash), HOLD, resolution);
        if (opened.ok()) {
          current = (int) opened.raw();
        } else if (!opened.is(Errno.ENOENT)) {
          throw failure(opened);
        }
        end = slash;
      }
      while (end < name.length) {
        int from = end;
        while (from < name.length && name[from] == '/') {
          from++;
        }
        int to = from;
        while (to < name.length && name[to] != '/') {
          to++;
        }
        end = to;
        int next = makeOne(current, Arrays.copyOfRange(name, from, to), name, to);
        if (next == AGAIN) {
          return AGAIN;
        }
        Unistd.close(current);
        current = next;
      }
      int made = current;
      current = -1;
      return made;
    } finally {
      if (current >= 0) {
        Unistd.close(current);
      }
    }
  }

  private static int lastSlash(byte[] name, int before) {
    for (int i = before - 1; i > 0; i--) {
      if (name[i] == '/' && name[i - 1] != '/') {
        return i;
      }
    }
    return -1;
  }

  private int makeOne(int parent, byte[] component, byte[] name, int end) throws IOException {
    if (component.length == 2 && component[0] == '.' && component[1] == '.') {
      // What it goes back from was just made: now the way can be looked up.
      return AGAIN;
    }
    if (component.length == 1 && component[0] == '.') {
      return (int) FileErrors.orThrow(Fcntl.openat(parent, component, OPEN, 0), "openat", shown);
    }
    SyscallResult made = Unistd.mkdirat(parent, component, BORN);
    if (made.is(Errno.EEXIST)) {
      // Somebody was faster: the next look-up decides. But not if it leads nowhere every time.
      refuseDangling(parent, component, Arrays.copyOf(name, end));
      return AGAIN;
    }
    if (made.is(Errno.ENOENT)) {
      // Its parent was removed.
      return AGAIN;
    }
    made.orThrow("mkdirat", shown);
    try {
      return openMade(parent, component, mode, shown);
    } catch (NoSuchFileException removedAgain) {
      return AGAIN;
    }
  }

  /** Refuses a link whose target is not there: the same link, before and after its look-up. */
  private void refuseDangling(int parent, byte[] component, byte[] way) throws IOException {
    Result<Statx> before = look(parent, component);
    if (before.failed() || !before.value().isSymlink()) {
      return;
    }
    SyscallResult target = Resolver.open(dirfd, way, Fcntl.O_PATH, resolution);
    if (target.ok()) {
      Unistd.close(target.intValue());
      return;
    }
    Result<Statx> after = look(parent, component);
    if (target.is(Errno.ENOENT) && after.ok() && after.value().sameObject(before.value())) {
      throw new UnsafePathException(
          shown, FileName.decode(way) + " is a dangling symbolic link", Row.S05, Errno.ENOENT);
    }
  }

  private static Result<Statx> look(int parent, byte[] component) {
    return Statx.statx(parent, component, Fcntl.AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS);
  }

  private static void removeIfSame(int dirfd, byte[] name, Statx made) {
    Result<Statx> now = look(dirfd, name);
    if (now.ok() && now.value().sameObject(made)) {
      Unistd.unlinkat(dirfd, name, Fcntl.AT_REMOVEDIR);
    }
  }

  /**
   * Some file systems (FUSE) have the mode from birth, or not at all.
   *
   * @return -1 if it is not to be had
   */
  private static int bornWith(int dirfd, byte[] name, int mode) throws IOException {
    if (Unistd.mkdirat(dirfd, name, mode).failed()) {
      return -1;
    }
    SyscallResult opened = Fcntl.openat(dirfd, name, OPEN | Fcntl.O_NOFOLLOW, 0);
    if (opened.failed()) {
      return -1;
    }
    Result<Statx> made = Statx.fstat(opened.intValue());
    if (made.ok()
        && made.value().permissions() == mode
        && Creations.isOurs(dirfd, made.value(), false)) {
      return opened.intValue();
    }
    if (made.ok() && Creations.isOurs(dirfd, made.value(), false)) {
      removeIfSame(dirfd, name, made.value());
    }
    Unistd.close(opened.intValue());
    return -1;
  }

  /** Makes one that was not there, with exactly this mode; the caller owns the number. */
  static int makeNew(Place at, int mode) throws IOException {
    for (int i = 0; i < MAX_TRIES; i++) {
      at.require(Unistd.mkdirat(at.dirfd(), at.name(), BORN), "mkdirat");
      try {
        return openMade(at.dirfd(), at.name(), mode, at.shown());
      } catch (NoSuchFileException removed) {
        // Somebody removed it at once: it is to be made again.
      }
    }
    throw new RaceDetectedException(at.shown(), "was removed at every try", Row.S18, Errno.ENOENT);
  }

  /** Opens a directory that this thread just made, and gives it its mode. */
  static int openMade(int dirfd, byte[] last, int mode, String shown) throws IOException {
    SyscallResult opened = Fcntl.openat(dirfd, last, OPEN | Fcntl.O_NOFOLLOW, 0);
    if (opened.is(Errno.EACCES)) {
      // A umask took the owner's own bits away.
      opened = Fcntl.openat(dirfd, last, HOLD | Fcntl.O_NOFOLLOW, 0);
    }
    int raw = (int) FileErrors.orThrow(opened, "openat", shown);
    try {
      Statx stat = Statx.fstat(raw).orThrow("statx", shown);
      if (!Creations.isOurs(dirfd, stat, false)) {
        throw new RaceDetectedException(
            shown, "the new directory was replaced by somebody else's", Row.S13, null);
      }
      int wanted = mode | (stat.permissions() & Statx.S_ISGID);
      if (stat.permissions() != wanted) {
        SyscallResult changed = ProcSelfFd.chmod(raw, wanted);
        if (changed.failed() && !Creations.modeIsTheFileSystems(stat, BORN, changed)) {
          removeIfSame(dirfd, last, stat);
          int again = bornWith(dirfd, last, wanted);
          if (again < 0) {
            changed.orThrow("fchmod", shown);
          }
          Unistd.close(raw);
          return again;
        }
      }
      return raw;
    } catch (FileSystemException failed) {
      Unistd.close(raw);
      throw failed;
    }
  }
}
