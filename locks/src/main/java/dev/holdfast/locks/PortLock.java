package dev.holdfast.locks;

import java.io.IOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.AccessDeniedException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A TCP port of the loopback address, bound and never accepted from (K10): a lock without a file.
 *
 * <p><b>Guarantees.</b> {@link Contract#KERNEL_HELD}, within one network namespace.
 *
 * <p><b>What remains.</b> Ports are a common good: any local user may bind one, and any client may
 * be given one as its own end. Choose one outside {@code net.ipv4.ip_local_port_range}. Nobody
 * tells waiters that it got free: they look, at random intervals.
 *
 * <p>{@link Held#token} is comparable within one boot.
 *
 * <p><b>Threads.</b> Safe for all.
 *
 * <p><b>Sources.</b> ip(7), tcp(7).
 */
public final class PortLock extends LocalLock<PortLock> {
  private static final Set<Capability> CAPABILITIES =
      EnumSet.of(Capability.HOLDERS, Capability.SURVIVES_KILL);

  private final int port;

  PortLock(int port) {
    super("port " + port, Mode.EXCLUSIVE);
    if (port <= 0 || port > 0xffff) {
      throw new IllegalArgumentException("no such port: " + port);
    }
    this.port = port;
  }

  public int port() {
    return port;
  }

  @Override
  PortLock withMode(Mode mode) {
    return this;
  }

  @Override
  public Kind kind() {
    return Kind.PORT;
  }

  @Override
  public Set<Capability> capabilities() {
    return EnumSet.copyOf(CAPABILITIES);
  }

  @Override
  Slot resolve() {
    return Slots.of(new PortEngine(port));
  }

  @Override
  boolean leadsTo(Slot slot) {
    return true;
  }

  private static final class PortEngine extends PollingEngine {
    private final int port;
    private @Nullable ServerSocket socket;

    PortEngine(int port) {
      super(new Key(Kind.PORT, "", 0, 0, new byte[0], port, 1));
      this.port = port;
    }

    @Override
    public String name() {
      return "port " + port;
    }

    @Override
    public boolean tryClaim(Mode mode) throws IOException {
      ServerSocket made = new ServerSocket();
      boolean bound = false;
      try {
        // With SO_REUSEADDR a bound socket that does not listen would not exclude.
        made.setReuseAddress(false);
        InetAddress loopback = Inet4Address.ofLiteral("127.0.0.1");
        made.bind(new InetSocketAddress(loopback, port), 1);
        socket = made;
        bound = true;
        return true;
      } catch (BindException taken) {
        String message = String.valueOf(taken.getMessage());
        if (message.contains("denied")) {
          AccessDeniedException denied = new AccessDeniedException(name(), null, message);
          denied.initCause(taken);
          throw denied;
        }
        return false;
      } finally {
        if (!bound) {
          made.close();
        }
      }
    }

    @Override
    public void release() throws IOException {
      ServerSocket held = socket;
      socket = null;
      if (held != null) {
        held.close();
      }
    }

    @Override
    public void check(Mode mode) throws IOException {
      ServerSocket held = socket;
      if (held == null || held.isClosed()) {
        throw new LockLostException(name(), "the socket was closed");
      }
    }

    @Override
    public List<Holder> holders() {
      return SocketHolders.ofTcpPort(port);
    }
  }
}
