package dev.holdfast.locks.socket;

import dev.holdfast.libc.Sockets;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.locks.Capability;
import dev.holdfast.locks.Contract;
import dev.holdfast.locks.Held;
import dev.holdfast.locks.Holder;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Key;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.process.LocalKind;
import dev.holdfast.locks.process.LocalLock;
import dev.holdfast.locks.process.Slot;
import dev.holdfast.locks.process.Slots;
import dev.holdfast.locks.scope.ScopeRules;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A TCP port of the loopback address, bound and never accepted from (K10): a lock without a file.
 *
 * <p><b>Guarantees.</b> {@link Contract#KERNEL_HELD}, within one network namespace.
 *
 * <p><b>Remaining races.</b> Ports are a common good: any local user may bind one, and any client
 * may be given one as its own end. Choose one outside {@code net.ipv4.ip_local_port_range}. Nobody
 * tells waiters that it got free: they look, at random intervals.
 *
 * <p>{@link Held#token} is comparable within one boot.
 *
 * <p><b>Threads.</b> Safe for all.
 *
 * <p><b>Sources.</b> ip(7), tcp(7).
 */
public final class PortLock extends LocalLock<PortLock> {
  /** What it is called, and where locks of it come from. */
  public static final Kind KIND =
      new LocalKind("port", "port", 8, ScopeRules::anywhere) {
        @Override
        public HostLock at(Path path) throws IOException {
          throw new UnsupportedOperationException("a port is a number: " + path);
        }

        @Override
        public HostLock named(String name) throws IOException {
          return new PortLock(portNumber(name));
        }
      };

  private static final Set<Capability> CAPABILITIES =
      EnumSet.of(Capability.HOLDERS, Capability.SURVIVES_KILL);

  private static final String NO_PORT = "is not a port: give one from 1 to 65535";

  private final int port;

  private static int portNumber(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(NO_PORT, e);
    }
  }

  PortLock(int port) {
    super("port " + port, Mode.EXCLUSIVE, KIND, CAPABILITIES);
    if (port <= 0 || port > 0xffff) {
      throw new IllegalArgumentException(NO_PORT);
    }
    this.port = port;
  }

  public int port() {
    return port;
  }

  @Override
  protected Slot resolve() {
    return Slots.of(new PortEngine(port));
  }

  @Override
  protected boolean leadsTo(Slot slot) {
    return true;
  }

  private static final class PortEngine extends SocketEngine {
    private final int port;

    PortEngine(int port) {
      super(
          new Key(KIND, "", 0, 0, new byte[0], port, 1),
          "port " + port,
          Sockets.AF_INET,
          Sockets.SOCK_STREAM);
      this.port = port;
    }

    @Override
    SyscallResult bind(int fd) {
      // Without SO_REUSEADDR, with which a bound socket would not exclude. It listens so that the
      // kernel's table of sockets shows it.
      SyscallResult bound = Sockets.bindLoopback(fd, port);
      return bound.ok() ? Sockets.listen(fd, 1) : bound;
    }

    @Override
    public List<Holder> holders() {
      return SocketHolders.ofTcpPort(port);
    }
  }
}
