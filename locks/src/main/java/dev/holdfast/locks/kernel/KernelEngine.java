package dev.holdfast.locks.kernel;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.locks.Key;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.wait.Deadline;
import java.io.IOException;
import java.nio.file.Path;

/** Locks that belong to the open file, and not to the process. */
abstract class KernelEngine extends FileEngine {
  KernelEngine(Key key, Path path, LockFile file) throws IOException {
    super(key, path, file);
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
