package dev.holdfast.files;

import dev.holdfast.files.ground.Place;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.path.FileName;
import dev.holdfast.path.make.RandomNames;
import dev.holdfast.path.make.UnnamedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;

/**
 * A new file that gets its name when it is whole: no more than {@link Directory#writeString} needs.
 */
final class WholeFile {
  private WholeFile() {}

  /** Puts one in the place of whatever has the name, or leaves everything as it was. */
  static void put(Directory directory, Place at, byte[] contents, int mode) throws IOException {
    String random = RandomNames.PREFIX + RandomNames.random();
    byte[] temp = FileName.encode(random);
    SyscallResult unnamed = UnnamedFile.open(at.dirfd(), 0600);
    boolean named = UnnamedFile.isLacking(unnamed);
    if (!named) {
      at.require(unnamed, "openat");
    }
    try (OpenFile file =
        named
            ? FileOpening.createAt(at.dirfd(), temp, directory, random, 0600, Fcntl.O_RDWR)
            : FileOpening.adopt(unnamed.intValue(), directory, random, Fcntl.O_RDWR)) {
      boolean placed = false;
      try {
        HeldFileChannel.writeFully(file, ByteBuffer.wrap(contents), 0);
        if (file.stat().mode() != mode) {
          file.chmod(mode);
        }
        file.sync(true);
        if (!named) {
          link(file, at, temp);
        }
        at.require(Unistd.renameat2(at.dirfd(), temp, at.dirfd(), at.name(), 0), "renameat2");
        placed = true;
      } finally {
        if (!placed) {
          remove(at.dirfd(), temp, file);
        }
      }
    } catch (FileSystemException failed) {
      // Nobody knows the random name.
      throw FileErrors.elsewhere(failed, at.shown());
    }
  }

  private static void link(OpenFile file, Place at, byte[] temp) throws IOException {
    try (OwnedFd.Use use = file.use()) {
      at.require(UnnamedFile.link(use.fd(), at.dirfd(), temp), "linkat");
    }
    if (UnnamedFile.losesSynced(at.dirfd())) {
      file.sync(true);
    }
  }

  private static void remove(int dirfd, byte[] temp, OpenFile file) throws IOException {
    Result<Statx> named =
        Statx.statx(dirfd, temp, Fcntl.AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS);
    if (named.ok() && named.value().sameObject(file.stat().statx())) {
      Unistd.unlinkat(dirfd, temp, 0);
    }
  }
}
