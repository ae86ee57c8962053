package dev.holdfast.locks;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.FileLocks;
import dev.holdfast.libc.PreparedLock;
import dev.holdfast.libc.SyscallExceptions;
import dev.holdfast.libc.SyscallResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * An open-file-description lock on a file or on a range of its bytes (K04): the default.
 *
 * <p><b>Guarantees.</b> {@link Contract#KERNEL_HELD}: kept by the kernel on our own open
 * description of the file, so that no other open and close of the file in this process loses it
 * (L10), and gone when the process ends, however it ends. It excludes OFD and POSIX record locks of
 * every other process, and those of {@code FileChannel.lock} and lockf(3); not flock(2) (L08). The
 * descriptor is close-on-exec: no child keeps the lock.
 *
 * <p><b>What remains.</b> The file must be permanent: who removes or replaces it makes a second
 * lock of the same name. Each acquisition looks whether the name still leads to the locked file (at
 * most one look per few milliseconds in a tight loop), and {@link Held#ensureValid} looks again; a
 * removal after the look is not seen. On NFS the server must be trusted to keep locks; see {@link
 * ScopeProbe}.
 *
 * <p><b>Threads.</b> Safe for all.
 *
 * <p><b>Sources.</b> F_OFD_SETLK(2const), Linux 3.15.
 */
public final class OfdLock extends LocalLock<OfdLock> {
  private static final Set<Capability> CAPABILITIES =
      EnumSet.of(
          Capability.SHARED,
          Capability.RANGES,
          Capability.CONVERT,
          Capability.FAIR,
          Capability.HOLDERS,
          Capability.SURVIVES_KILL);

  private final Path path;
  private final long start;
  private final long length;
  private final int permissions;

  OfdLock(Path path, Mode mode, long start, long length, int permissions) {
    super(path.toString(), mode);
    this.path = path;
    this.start = start;
    this.length = length;
    this.permissions = permissions;
  }

  /** The same lock on a part of the file; length 0 means to the end, wherever that will be. */
  public OfdLock range(long start, long length) {
    Ranges.check(start, length);
    return new OfdLock(path, mode(), start, length, permissions);
  }

  /** The permissions with which the file is made if it is not there, less the umask. */
  public OfdLock permissions(int permissions) {
    return new OfdLock(path, mode(), start, length, permissions);
  }

  @Override
  OfdLock withMode(Mode mode) {
    return new OfdLock(path, mode, start, length, permissions);
  }

  @Override
  public Kind kind() {
    return Kind.OFD;
  }

  @Override
  public Set<Capability> capabilities() {
    return EnumSet.copyOf(CAPABILITIES);
  }

  @Override
  Path queuePath() {
    return path;
  }

  @Override
  Slot resolve() throws IOException {
    LockFile.Want want = mode() == Mode.SHARED ? LockFile.Want.READABLE : LockFile.Want.WRITABLE;
    LockFile file = LockFile.open(path, want, permissions);
    Key key = Key.ofFile(Kind.OFD, file.stat().device(), file.stat().inode(), start, length);
    return Slots.of(new OfdEngine(key, path.toString(), file));
  }

  @Override
  boolean leadsTo(Slot slot) throws IOException {
    return LockFile.leads(path, slot.key.device(), slot.key.inode())
        && (mode() == Mode.SHARED || ((OfdEngine) slot.engine).writable());
  }

  /** The lock on one open file description. */
  private static final class OfdEngine extends KernelEngine {
    private final LockFile file;
    private final int fd;
    private final PreparedLock calls;

    OfdEngine(Key key, String path, LockFile file) throws IOException {
      super(key, path);
      this.file = file;
      // Given back in dispose: the slot sees to it that nobody is in here then.
      this.fd = file.fd().borrow();
      this.calls =
          PreparedLock.record(fd, FileLocks.F_OFD_SETLK, key.start(), key.length(), file.local());
    }

    boolean writable() {
      return file.writable();
    }

    @Override
    int descriptor() {
      return fd;
    }

    @Override
    SyscallResult trySet(Mode mode) {
      return calls.take(mode == Mode.EXCLUSIVE);
    }

    @Override
    SyscallResult set(Mode mode) {
      int type = mode == Mode.SHARED ? FileLocks.F_RDLCK : FileLocks.F_WRLCK;
      return FileLocks.setlk(fd, FileLocks.F_OFD_SETLKW, type, key().start(), key().length());
    }

    @Override
    IOException failed(SyscallResult result) {
      return SyscallExceptions.of(result.errno(), "fcntl F_OFD_SETLK", path);
    }

    @Override
    public void release() throws IOException {
      calls.drop().orThrow("fcntl F_OFD_SETLK", path);
    }

    @Override
    public boolean convert(Mode to) throws IOException {
      SyscallResult result = trySet(to);
      if (result.is(Errno.EAGAIN) || result.is(Errno.EACCES)) {
        return false;
      }
      result.orThrow("fcntl F_OFD_SETLK", path);
      return true;
    }

    @Override
    public long token(Mode mode) throws IOException {
      return Tokens.onFile(fd, "record", key(), path, mode);
    }

    @Override
    public void check(Mode mode) {
      // Only this description can let it go, and nobody else has it: there is nothing to ask.
    }

    @Override
    public List<Holder> holders() throws IOException {
      return KernelLocks.holders(file.stat(), KernelLocks.Family.RECORD, key());
    }

    @Override
    public void dispose() {
      file.fd().giveBack();
      PosixFile.closeWhenHarmless(file.fd(), key());
    }
  }
}
