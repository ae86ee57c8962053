package dev.holdfast.locks.kernel;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.FileLocks;
import dev.holdfast.libc.PreparedLock;
import dev.holdfast.libc.SyscallExceptions;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.locks.Holder;
import dev.holdfast.locks.Key;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.proc.KernelLocks;
import dev.holdfast.locks.wait.Deadline;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Locks that belong to the open file, and not to the process: OFD record locks and BSD flocks. */
class KernelEngine extends FileEngine {
  private final KernelLocks.Family family;
  private final PreparedLock calls;

  /** Their name, for messages. */
  final String call;

  KernelEngine(Key key, Path path, LockFile file, KernelLocks.Family family) throws IOException {
    super(key, path, file);
    this.family = family;
    boolean record = family == KernelLocks.Family.RECORD;
    this.call = record ? "fcntl F_OFD_SETLK" : "flock";
    this.calls =
        record
            ? PreparedLock.record(
                fd, FileLocks.F_OFD_SETLK, key.start(), key.length(), file.local())
            : PreparedLock.flock(fd, file.local());
  }

  @Override
  final SyscallResult trySet(Mode mode) {
    return calls.take(mode == Mode.EXCLUSIVE);
  }

  @Override
  final boolean takeQuickly(Mode mode) {
    return calls.takeQuickly(mode == Mode.EXCLUSIVE);
  }

  @Override
  final SyscallResult set(Mode mode) {
    return calls.await(mode == Mode.EXCLUSIVE);
  }

  @Override
  final IOException failed(SyscallResult result) {
    return SyscallExceptions.of(result.errno(), call, path);
  }

  @Override
  public final void release() throws IOException {
    calls.drop().orThrow(call, path);
  }

  @Override
  public final long token(Mode mode) throws IOException {
    return Tokens.onFile(
        fd, family == KernelLocks.Family.RECORD ? "record" : "flock", key(), filePath, mode);
  }

  @Override
  public final void check(Mode mode) {
    // Only this description can let it go, and nobody else has it: there is nothing to ask.
  }

  @Override
  public final List<Holder> holders() throws IOException {
    return KernelLocks.holders(file.stat(), family, key());
  }

  @Override
  public final boolean passOn(boolean on) throws IOException {
    Fcntl.fcntl(fd, Fcntl.F_SETFD, on ? 0 : Fcntl.FD_CLOEXEC).orThrow("fcntl F_SETFD", path);
    return true;
  }

  @Override
  public final boolean leaveToHeirs() {
    // To unlock would take it from whoever has the same description; to close does not.
    dispose();
    return true;
  }

  @Override
  public final int inheritable() {
    return fd;
  }

  @Override
  public final boolean tryClaim(Mode mode) throws IOException {
    return granted(trySet(mode));
  }

  @Override
  public final boolean claim(Mode mode, Deadline deadline)
      throws IOException, InterruptedException {
    return claimFromKernel(mode, deadline);
  }
}
