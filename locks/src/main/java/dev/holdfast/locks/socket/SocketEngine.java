package dev.holdfast.locks.socket;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Sockets;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.locks.Key;
import dev.holdfast.locks.LockLostException;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.process.PollingEngine;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A socket that is bound and never used. */
abstract class SocketEngine extends PollingEngine {
  private final String shown;
  private final int domain;
  private final int type;
  private @Nullable OwnedFd socket;

  SocketEngine(Key key, String shown, int domain, int type) {
    super(key);
    this.shown = shown;
    this.domain = domain;
    this.type = type;
  }

  /** Binds it to what is locked: {@code EADDRINUSE} if somebody has that. */
  abstract SyscallResult bind(int fd);

  @Override
  public final String name() {
    return shown;
  }

  @Override
  public final boolean tryClaim(Mode mode) throws IOException {
    OwnedFd made = OwnedFd.of(Sockets.socket(domain, type), "socket", shown);
    boolean bound = false;
    try (OwnedFd.Use use = made.use()) {
      SyscallResult result = bind(use.fd());
      if (result.is(Errno.EADDRINUSE)) {
        return false;
      }
      result.orThrow("bind", shown);
      socket = made;
      bound = true;
      return true;
    } finally {
      if (!bound) {
        made.close();
      }
    }
  }

  @Override
  public final boolean passOn(boolean on) throws IOException {
    OwnedFd held = socket;
    if (held == null) {
      return false;
    }
    try (OwnedFd.Use use = held.use()) {
      Fcntl.fcntl(use.fd(), Fcntl.F_SETFD, on ? 0 : Fcntl.FD_CLOEXEC)
          .orThrow("fcntl F_SETFD", shown);
      return true;
    }
  }

  @Override
  public final void release() throws IOException {
    OwnedFd held = socket;
    socket = null;
    if (held != null) {
      held.close();
    }
  }

  @Override
  public final void check(Mode mode) throws IOException {
    OwnedFd held = socket;
    if (held == null || !held.isOpen()) {
      throw new LockLostException(shown, "the socket was closed");
    }
  }
}
