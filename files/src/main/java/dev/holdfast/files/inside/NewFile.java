package dev.holdfast.files.inside;

import static dev.holdfast.files.inside.Core.CORE;

import dev.holdfast.catalogue.Row;
import dev.holdfast.files.Directory;
import dev.holdfast.files.OpenFile;
import dev.holdfast.files.RaceDetectedException;
import dev.holdfast.files.ground.Place;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.path.FileName;
import dev.holdfast.path.make.RandomNames;
import dev.holdfast.path.make.Renames;
import dev.holdfast.path.make.UnnamedFile;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A file in the making: it has no name until it is published, or, where the file system cannot do
 * that, a random one. What is not published is gone when this is closed, and, while it has no name,
 * when the process is killed.
 *
 * <p>The directory's descriptor is borrowed: whoever makes one keeps the directory in use.
 */
public final class NewFile implements AutoCloseable {
  /** Only for a taken name, which 130 random bits make all but impossible. */
  private static final int MAX_TRIES = 16;

  /** Each waits twice as long as the one before; together a second or so. */
  private static final int MAX_REMOVALS = 10;

  private final OpenFile file;
  private final int dirfd;

  /** The name it has, if it has one that is to go when this is closed. */
  private byte @Nullable [] tempName;

  private boolean published;

  private NewFile(OpenFile file, int dirfd, byte @Nullable [] tempName) {
    this.file = file;
    this.dirfd = dirfd;
    this.tempName = tempName;
  }

  /**
   * Makes one.
   *
   * @param shown what it is called in messages
   */
  public static NewFile in(Directory directory, int dirfd, String shown) throws IOException {
    SyscallResult result = UnnamedFile.open(dirfd, 0600);
    if (result.ok()) {
      OpenFile file = CORE.adopt((int) result.raw(), directory, shown, Fcntl.O_RDWR);
      return new NewFile(file, dirfd, null);
    }
    if (UnnamedFile.isLacking(result)) {
      return named(directory, dirfd, RandomNames.PREFIX, "", shown);
    }
    // In a directory that was itself removed the kernel speaks of permissions.
    Result<Statx> in = Statx.fstat(dirfd);
    boolean removed = in.ok() && in.value().nlink() == 0;
    throw CORE.failure(removed ? Errno.ENOENT : result.errno(), "openat", directory.path());
  }

  /** Makes one with a random name from the beginning. */
  public static NewFile named(Directory directory, int dirfd, String prefix, String suffix)
      throws IOException {
    return named(directory, dirfd, prefix, suffix, null);
  }

  private static NewFile named(
      Directory directory, int dirfd, String prefix, String suffix, @Nullable String shown)
      throws IOException {
    for (int i = 0; i < MAX_TRIES; i++) {
      String name = prefix + RandomNames.random() + suffix;
      byte[] bytes = FileName.encode(name);
      try {
        OpenFile file =
            CORE.createAt(
                dirfd, bytes, directory, shown == null ? name : shown, 0600, Fcntl.O_RDWR);
        return new NewFile(file, dirfd, bytes);
      } catch (FileAlreadyExistsException taken) {
        // Another random name. Every other error ends the attempt at once.
      } catch (FileSystemException refused) {
        // Nobody knows the random name.
        throw CORE.failureElsewhere(
            refused, shown == null ? directory.path() : CORE.show(directory, shown));
      }
    }
    throw namesTaken(directory.path());
  }

  /** Nobody guesses so many names: then it is the file system that does not say the truth. */
  public static FileSystemException namesTaken(String path) {
    return new FileSystemException(
        path,
        null,
        MAX_TRIES
            + " random names were all taken (EEXIST): this file system does not answer truly");
  }

  public OpenFile file() {
    return file;
  }

  /** The random name; null while there is none. */
  public byte @Nullable [] tempName() {
    return tempName;
  }

  /** Gives it a name that was free; EEXIST if it was not. */
  public SyscallResult publish(int targetDirfd, byte[] name) throws IOException {
    SyscallResult result =
        tempName == null
            ? link(targetDirfd, name)
            : Renames.toFree(dirfd, tempName, targetDirfd, name);
    if (result.ok()) {
      tempName = null;
      published = true;
    }
    return result;
  }

  private SyscallResult link(int targetDirfd, byte[] name) throws IOException {
    try (OwnedFd.Use use = CORE.use(file)) {
      return UnnamedFile.link(use.fd(), targetDirfd, name);
    }
  }

  /** Gives it a random name, as rename(2) needs one. */
  public void giveTempName() throws IOException {
    for (int i = 0; tempName == null; i++) {
      byte[] random = RandomNames.random(RandomNames.PREFIX);
      SyscallResult result = link(dirfd, random);
      if (result.ok()) {
        tempName = random;
      } else if (!result.is(Errno.EEXIST) || i >= MAX_TRIES) {
        throw CORE.failure(result.errno(), "linkat", file.path());
      }
    }
  }

  /** Puts it in the place of whatever has the name, in one instant. */
  public void replace(Place place) throws IOException {
    rename(place, 0);
    tempName = null;
    published = true;
  }

  /**
   * Swaps names with what has the name: that then has the random name. False if the file system
   * cannot do that.
   */
  public boolean exchange(Place place) throws IOException {
    SyscallResult result =
        Unistd.renameat2(
            dirfd, requireTempName(), place.dirfd(), place.name(), Unistd.RENAME_EXCHANGE);
    if (Renames.isUnknown(result)) {
      return false;
    }
    requireRenamed(place, result);
    return true;
  }

  private void rename(Place place, int flags) throws IOException {
    requireRenamed(
        place, Unistd.renameat2(dirfd, requireTempName(), place.dirfd(), place.name(), flags));
  }

  private void requireRenamed(Place place, SyscallResult result) throws IOException {
    if (result.is(Errno.ENOENT) && !hasTempName()) {
      tempName = null;
      throw new RaceDetectedException(
          place.shown(),
          "somebody removed the new file before it was in its place",
          Row.S07,
          Errno.ENOENT);
    }
    place.require(result, "renameat2");
  }

  /** After an {@link #exchange}: what had the name before is to go for good. */
  public void keepExchanged() {
    byte[] old = requireTempName();
    Unistd.unlinkat(dirfd, old, 0);
    tempName = null;
    published = true;
  }

  private byte[] requireTempName() {
    if (tempName == null) {
      throw new IllegalStateException("it has no name");
    }
    return tempName;
  }

  /** True if the random name still leads to this file. */
  public boolean hasTempName() throws IOException {
    return tempName != null && leadsHere(dirfd, tempName, file);
  }

  /** True if a name leads to exactly this file now. */
  static boolean leadsHere(int dirfd, byte[] name, OpenFile file) throws IOException {
    return leadsTo(dirfd, name, CORE.statx(file.stat()));
  }

  private static boolean leadsTo(int dirfd, byte[] name, Statx file) {
    Result<Statx> named =
        Statx.statx(dirfd, name, Fcntl.AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS);
    return named.ok() && file.sameObject(named.value());
  }

  /** Takes the file out of here: it stays open, with whatever name it has. */
  public OpenFile release() {
    tempName = null;
    return file;
  }

  boolean published() {
    return published;
  }

  /** Removes the random name, if it is still this file's, and closes the file. */
  @Override
  public void close() throws IOException {
    byte[] name = tempName;
    tempName = null;
    Statx own = null;
    try (file) {
      if (name != null && file.isOpen()) {
        own = CORE.statx(file.stat());
        if (!leadsTo(dirfd, name, own) || Unistd.unlinkat(dirfd, name, 0).ok()) {
          own = null;
        }
      }
    }
    if (name != null && own != null) {
      removeClosed(name, own);
    }
  }

  /**
   * Some file systems (CIFS, some FUSE) remove nothing that is open, and hear of a close only a
   * moment later.
   */
  private void removeClosed(byte[] name, Statx own) {
    for (int i = 0; i < MAX_REMOVALS && leadsTo(dirfd, name, own); i++) {
      if (Unistd.unlinkat(dirfd, name, 0).ok()) {
        return;
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1L << i));
    }
  }
}
