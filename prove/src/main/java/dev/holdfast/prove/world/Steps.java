package dev.holdfast.prove.world;

import static dev.holdfast.libc.process.Namespaces.MS_BIND;
import static dev.holdfast.libc.process.Namespaces.MS_NODEV;
import static dev.holdfast.libc.process.Namespaces.MS_NOEXEC;
import static dev.holdfast.libc.process.Namespaces.MS_NOSUID;
import static dev.holdfast.libc.process.Namespaces.MS_RDONLY;
import static dev.holdfast.libc.process.Namespaces.MS_REC;
import static dev.holdfast.libc.process.Namespaces.MS_REMOUNT;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.process.Namespaces;
import java.nio.file.FileSystemException;
import org.jspecify.annotations.Nullable;

/** The single steps by which a world is made; each says what failed, and of what. */
final class Steps {
  private Steps() {}

  static void readOnly(String source, String target) throws FileSystemException {
    SyscallResult bound = Namespaces.mount(source, target, null, MS_BIND, null);
    if (bound.failed()) {
      // In a user namespace what is mounted below may not be uncovered.
      bound = Namespaces.mount(source, target, null, MS_BIND | MS_REC, null);
    }
    bound.orThrow("mount", source);
    long flags = MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;
    mount(null, target, null, flags, null);
  }

  /** Owner and mode, where they are asked for. */
  static void giveTo(OwnDirectory own, String directory) throws FileSystemException {
    byte[] path = Paths.bytes(directory);
    if (own.uid() >= 0) {
      Unistd.fchownat(Fcntl.AT_FDCWD, path, own.uid(), own.gid(), 0).orThrow("fchownat", directory);
    }
    if (own.mode() >= 0) {
      Unistd.fchmodat(Fcntl.AT_FDCWD, path, own.mode()).orThrow("fchmodat", directory);
    }
  }

  /** Owner and mode as the host's directory has them, where it exists. */
  static void copyOwner(String host, String upper) throws FileSystemException {
    Result<Statx> stat = Statx.statx(Fcntl.AT_FDCWD, Paths.bytes(host), 0, Statx.STATX_BASIC_STATS);
    if (stat.ok()) {
      byte[] path = Paths.bytes(upper);
      SyscallResult owned =
          Unistd.fchownat(Fcntl.AT_FDCWD, path, stat.value().uid(), stat.value().gid(), 0);
      // In a user namespace most owners have no name, and stay as they are below.
      if (owned.failed() && !owned.is(Errno.EINVAL)) {
        owned.orThrow("fchownat", host);
      }
      Unistd.fchmodat(Fcntl.AT_FDCWD, path, stat.value().permissions()).orThrow("fchmodat", host);
    }
  }

  static boolean isDirectory(String path) {
    Result<Statx> stat =
        Statx.statx(Fcntl.AT_FDCWD, Paths.bytes(path), Fcntl.AT_SYMLINK_NOFOLLOW, Statx.STATX_TYPE);
    return stat.ok() && stat.value().isDirectory();
  }

  static void mkdir(String path, int mode) throws FileSystemException {
    byte[] name = Paths.bytes(path);
    Unistd.mkdirat(Fcntl.AT_FDCWD, name, mode).orThrow("mkdirat", path);
    Unistd.fchmodat(Fcntl.AT_FDCWD, name, mode).orThrow("fchmodat", path);
  }

  static void symlink(String target, String path) throws FileSystemException {
    Unistd.symlinkat(Paths.bytes(target), Fcntl.AT_FDCWD, Paths.bytes(path))
        .orThrow("symlinkat", path);
  }

  static void mount(
      @Nullable String source,
      String target,
      @Nullable String type,
      long flags,
      @Nullable String data)
      throws FileSystemException {
    Namespaces.mount(source, target, type, flags, data).orThrow("mount", target);
  }

  static int must(SyscallResult result, String what) {
    if (result.failed()) {
      throw new WorldException(
          "no private world: cannot " + what + ": " + result.errno().message + " (" + result + ")");
    }
    return (int) result.raw();
  }
}
