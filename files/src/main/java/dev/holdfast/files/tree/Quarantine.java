package dev.holdfast.files.tree;

import dev.holdfast.catalogue.Row;
import dev.holdfast.files.RaceDetectedException;
import dev.holdfast.files.ground.HeldDirectory;
import dev.holdfast.files.inside.NewFile;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.FileLocks;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.path.make.Creations;
import dev.holdfast.path.make.RandomNames;
import dev.holdfast.path.make.Renames;
import java.io.IOException;

/**
 * A directory that only this user can enter, on the file system that is being cleaned: what is to
 * be removed is moved in here first, looked at once more where nobody else can reach it, and then
 * removed or put back.
 *
 * <p>While it lives it is locked, so that other cleaners leave it alone; one that was left by a
 * killed cleaner is an old directory like any other. Threads: one at a time.
 */
final class Quarantine implements AutoCloseable {
  private static final int MAX_TRIES = 16;

  /** What became of an entry. */
  enum Fate {
    REMOVED,
    /** It was gone before it could be moved. */
    VANISHED,
    /** What was moved is not what was judged, or not any more: it is back in its place. */
    PUT_BACK,
    /** As {@link #PUT_BACK}, but its name was taken meanwhile: it stays in here. */
    KEPT
  }

  /** Asked about what was moved, when it is out of everybody's reach. */
  @FunctionalInterface
  interface LastLook {
    /** Whether it is the object that was judged, and is to be removed still. */
    boolean stillToBeRemoved(Statx moved);
  }

  private final HeldDirectory parent;
  private final byte[] name;
  private final HeldDirectory directory;
  private long slots;
  private boolean inUse;

  private Quarantine(HeldDirectory parent, byte[] name, HeldDirectory directory) {
    this.parent = parent;
    this.name = name;
    this.directory = directory;
  }

  static Quarantine in(int dirfd, String path) throws IOException {
    HeldDirectory parent =
        HeldDirectory.open(dirfd, Paths.bytes("."), HeldDirectory.PIN).orThrow("openat", path);
    try {
      return make(parent, path);
    } catch (IOException failed) {
      parent.close();
      throw failed;
    }
  }

  private static Quarantine make(HeldDirectory parent, String path) throws IOException {
    for (int tries = 0; tries < MAX_TRIES; tries++) {
      byte[] name = RandomNames.random(".holdfast-quarantine-");
      SyscallResult made = Unistd.mkdirat(parent.fd, name, 0700);
      if (made.is(Errno.EEXIST)) {
        continue;
      }
      made.orThrow("mkdirat", path);
      try {
        return new Quarantine(parent, name, enter(parent.fd, name, path));
      } catch (IOException refused) {
        // Only what is empty, and had our random name: nobody misses it.
        Unistd.unlinkat(parent.fd, name, Fcntl.AT_REMOVEDIR);
        throw refused;
      }
    }
    throw NewFile.namesTaken(path);
  }

  private static HeldDirectory enter(int parentFd, byte[] name, String path) throws IOException {
    HeldDirectory directory =
        HeldDirectory.open(parentFd, name, HeldDirectory.READ).orThrow("openat", path);
    Statx judged = directory.judged;
    boolean ours = Creations.isOurs(parentFd, judged, true);
    if (!ours || FileLocks.flock(directory.fd, FileLocks.LOCK_EX | FileLocks.LOCK_NB).failed()) {
      directory.close();
      throw new RaceDetectedException(
          path, "the quarantine that was just made was replaced", Row.S13, null);
    }
    return directory;
  }

  String name() {
    return Paths.display(name);
  }

  boolean is(Statx other) {
    return directory.judged.sameObject(other);
  }

  /**
   * Moves an entry in, compares it, and removes it or puts it back.
   *
   * @param judged the object that is to be removed, which the caller holds a descriptor of, and
   *     compares with what was moved
   */
  Result<Fate> remove(int dirfd, byte[] entry, Statx judged, LastLook look) {
    byte[] slot = Paths.bytes(Long.toString(slots++));
    SyscallResult moved = Renames.intoOwn(dirfd, entry, directory.fd, slot);
    if (moved.failed()) {
      return moved.is(Errno.ENOENT) ? Result.of(Fate.VANISHED) : Result.failure(moved.errno());
    }
    Result<Statx> now =
        Statx.statx(directory.fd, slot, Fcntl.AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS);
    if (now.ok() && look.stillToBeRemoved(now.value())) {
      int flags = judged.isDirectory() ? Fcntl.AT_REMOVEDIR : 0;
      SyscallResult removed = Unistd.unlinkat(directory.fd, slot, flags);
      if (removed.ok()) {
        return Result.of(Fate.REMOVED);
      }
      if (!removed.is(Errno.ENOTEMPTY) && !removed.is(Errno.EEXIST)) {
        putBack(dirfd, entry, slot);
        return Result.failure(removed.errno());
      }
    }
    return Result.of(putBack(dirfd, entry, slot));
  }

  private Fate putBack(int dirfd, byte[] entry, byte[] slot) {
    if (Renames.toFree(directory.fd, slot, dirfd, entry).ok()) {
      return Fate.PUT_BACK;
    }
    inUse = true;
    return Fate.KEPT;
  }

  /** Removes it, unless something had to be kept. */
  @Override
  public void close() {
    if (!inUse) {
      Result<Statx> now =
          Statx.statx(parent.fd, name, Fcntl.AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS);
      if (now.ok() && is(now.value())) {
        Unistd.unlinkat(parent.fd, name, Fcntl.AT_REMOVEDIR);
      }
    }
    directory.close();
    parent.close();
  }
}
