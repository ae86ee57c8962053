package dev.holdfast.files;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.SyscallResult;

/** Opens names below a directory, by the engine that the {@link Resolution} asks for. */
final class Resolver {
  /**
   * Under a flood of renames a look-up by the kernel fails now and then; more tries fail rarely.
   */
  static final int MAX_TRIES = 128;

  private static final int PATH_MAX = 4096;

  private Resolver() {}

  /**
   * Opens what exists: flags never create. Answers a descriptor, or the error; {@code EXDEV} says
   * that the name left the directory.
   *
   * @param name neither absolute nor with a slash or {@code /.} at its end
   */
  static SyscallResult open(int dirfd, byte[] name, int flags, Resolution resolution) {
    return switch (resolution.engine()) {
      case WALK -> WalkResolver.open(dirfd, name, flags, resolution);
      case OPENAT2 -> openat2(dirfd, name, flags, resolution);
      case AUTOMATIC -> {
        if (name.length >= PATH_MAX) {
          yield WalkResolver.open(dirfd, name, flags, resolution);
        }
        SyscallResult result = openat2(dirfd, name, flags, resolution);
        // Not remembered: a filter can take the call away at any time, and it answers EPERM or
        // ENOSYS as it likes. If EPERM was the file's own answer, the walk gives it again.
        yield result.is(Errno.EAGAIN) || result.is(Errno.ENOSYS) || result.is(Errno.EPERM)
            ? WalkResolver.open(dirfd, name, flags, resolution)
            : result;
      }
    };
  }

  private static boolean mayPass(SyscallResult result) {
    return result.is(Errno.EAGAIN) || result.is(Errno.EINTR);
  }

  private static SyscallResult openat2(int dirfd, byte[] name, int flags, Resolution resolution) {
    long resolve = resolution.resolveFlags();
    SyscallResult result = Fcntl.openat2(dirfd, name, flags, 0, resolve);
    for (int i = 1; i < MAX_TRIES && mayPass(result); i++) {
      result = Fcntl.openat2(dirfd, name, flags, 0, resolve);
    }
    return result;
  }
}
