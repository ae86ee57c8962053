package dev.holdfast.locks.kernel;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.locks.Contract;
import dev.holdfast.locks.Held;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Key;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.proc.KernelLocks;
import dev.holdfast.locks.process.LocalKind;
import dev.holdfast.locks.scope.ScopeRules;
import java.io.IOException;
import java.nio.file.Path;

/**
 * An open-file-description lock on a file or on a range of its bytes (K04): the default.
 *
 * <p><b>Guarantees.</b> {@link Contract#KERNEL_HELD}: kept by the kernel on our own open
 * description of the file, so that no other open and close of the file in this process loses it
 * (L10), and gone when the process ends, however it ends. It excludes OFD and POSIX record locks of
 * every other process, and those of {@code FileChannel.lock} and lockf(3); not flock(2) (L08). The
 * descriptor is close-on-exec: no child keeps the lock.
 *
 * <p><b>Remaining races.</b> The file must be permanent: who removes or replaces it makes a second
 * lock of the same name. Each acquisition looks whether the name still leads to the locked file (at
 * most one look per few milliseconds in a tight loop), and {@link Held#ensureValid} looks again; a
 * removal after the look is not seen. On NFS the server must be trusted to keep locks; see {@link
 * ScopeProbe}.
 *
 * <p><b>Threads.</b> Safe for all.
 *
 * <p><b>Sources.</b> F_OFD_SETLK(2const), Linux 3.15.
 */
public final class OfdLock extends RecordLock<OfdLock> {
  /** What it is called, and where locks of it come from. */
  public static final Kind KIND =
      new LocalKind("ofd", "open-file-description lock", 0, ScopeRules::recordLocks) {
        @Override
        public HostLock at(Path path) throws IOException {
          return new OfdLock(path, Mode.EXCLUSIVE, 0, 0, NewFile.PRIVATE);
        }

        @Override
        public HostLock keyed(Path file, String key) {
          return new KeyLock(
              file,
              key,
              new OfdLock(file, Mode.EXCLUSIVE, KeyLock.byteOf(key), 1, NewFile.PRIVATE));
        }

        @Override
        public String family() {
          return "record";
        }
      };

  OfdLock(Path path, Mode mode, long start, long length, NewFile made) {
    super(path, mode, start, length, made, KIND);
  }

  @Override
  OfdLock with(Mode mode, long start, long length, NewFile made) {
    return new OfdLock(path(), mode, start, length, made);
  }

  @Override
  FileEngine engine(LockFile file, Key key) throws IOException {
    return new OfdEngine(key, path(), file);
  }

  /** These change their mode in one step. */
  private static final class OfdEngine extends KernelEngine {
    OfdEngine(Key key, Path path, LockFile file) throws IOException {
      super(key, path, file, KernelLocks.Family.RECORD);
    }

    @Override
    public boolean convert(Mode to) throws IOException {
      SyscallResult result = trySet(to);
      if (result.is(Errno.EAGAIN) || result.is(Errno.EACCES)) {
        return false;
      }
      result.orThrow(call, path);
      return true;
    }
  }
}
