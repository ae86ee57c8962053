package dev.holdfast.locks;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Sockets;
import dev.holdfast.libc.SyscallResult;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A name in the abstract namespace of Unix sockets, bound and never used (K10): a lock without a
 * file, even where nothing can be written.
 *
 * <p><b>Guarantees.</b> {@link Contract#KERNEL_HELD}, within one network namespace.
 *
 * <p><b>What remains.</b> The names have no owners and no permissions: any local user may take one
 * first. Nobody tells waiters that it got free: they look, at random intervals.
 *
 * <p>{@link Held#token} is comparable within one boot.
 *
 * <p><b>Threads.</b> Safe for all.
 *
 * <p><b>Sources.</b> unix(7).
 */
public final class AbstractSocketLock extends LocalLock<AbstractSocketLock> {
  private static final Set<Capability> CAPABILITIES =
      EnumSet.of(Capability.HOLDERS, Capability.SURVIVES_KILL);

  private final byte[] bytes;

  AbstractSocketLock(String socketName) {
    super("@" + socketName, Mode.EXCLUSIVE);
    this.bytes = Paths.bytes(socketName);
    if (bytes.length == 0 || bytes.length > Sockets.ABSTRACT_MAX) {
      throw new IllegalArgumentException("no name for an abstract socket: " + socketName);
    }
  }

  @Override
  AbstractSocketLock withMode(Mode mode) {
    return this;
  }

  @Override
  public Kind kind() {
    return Kind.SOCKET;
  }

  @Override
  public Set<Capability> capabilities() {
    return EnumSet.copyOf(CAPABILITIES);
  }

  @Override
  Slot resolve() {
    return Slots.of(new SocketEngine(bytes, name()));
  }

  @Override
  boolean leadsTo(Slot slot) {
    return true;
  }

  private static final class SocketEngine extends PollingEngine {
    private final byte[] bytes;
    private final String shown;
    private @Nullable OwnedFd socket;

    SocketEngine(byte[] bytes, String shown) {
      super(Key.ofName(Kind.SOCKET, 0, 0, bytes));
      this.bytes = bytes;
      this.shown = shown;
    }

    @Override
    public String name() {
      return shown;
    }

    @Override
    public boolean tryClaim(Mode mode) throws IOException {
      OwnedFd made =
          OwnedFd.of(Sockets.socket(Sockets.AF_UNIX, Sockets.SOCK_DGRAM), "socket", shown);
      boolean bound = false;
      try {
        SyscallResult result = Sockets.bindAbstract(made.borrow(), bytes);
        made.giveBack();
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
    public void release() throws IOException {
      OwnedFd held = socket;
      socket = null;
      if (held != null) {
        held.close();
      }
    }

    @Override
    public void check(Mode mode) throws IOException {
      OwnedFd held = socket;
      if (held == null || !held.isOpen()) {
        throw new LockLostException(shown, "the socket was closed");
      }
    }

    @Override
    public List<Holder> holders() {
      return SocketHolders.ofAbstractName(shown);
    }
  }
}
