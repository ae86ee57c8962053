package dev.holdfast.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Carries connections to servers of this machine, and can stop either direction, as a network that
 * is cut does: nothing is closed, nothing arrives, and what was sent meanwhile arrives when it is
 * mended.
 */
final class Relay implements AutoCloseable {
  private final List<ServerSocket> doors = new ArrayList<>();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final Runnable step;
  private boolean toServers = true;
  private boolean toClient = true;
  private boolean closed;

  /**
   * @param address where clients come to
   * @param ports of the servers, on the loopback address
   */
  Relay(InetAddress address, List<Integer> ports) throws IOException {
    this(address, ports, () -> {});
  }

  /**
   * @param address where clients come to
   * @param ports of the servers, on the loopback address
   * @param step run whenever something is on its way, before it arrives
   */
  Relay(InetAddress address, List<Integer> ports, Runnable step) throws IOException {
    this.step = step;
    for (int port : ports) {
      ServerSocket door = new ServerSocket(0, 50, address);
      doors.add(door);
      Thread.ofPlatform().daemon().name("relay").start(() -> accept(door, port));
    }
  }

  /** {@code host:port} of each, in the order of the servers. */
  String hosts() {
    return doors.stream()
        .map(door -> door.getInetAddress().getHostAddress() + ":" + door.getLocalPort())
        .collect(Collectors.joining(","));
  }

  synchronized void let(boolean throughToServers, boolean throughToClient) {
    toServers = throughToServers;
    toClient = throughToClient;
    notifyAll();
  }

  private synchronized boolean passes(boolean up) throws InterruptedException {
    while (!closed && !(up ? toServers : toClient)) {
      wait();
    }
    return !closed;
  }

  private void accept(ServerSocket door, int port) {
    try {
      while (true) {
        Socket client = door.accept();
        sockets.add(client);
        Thread.ofVirtual().start(() -> connect(client, port));
      }
    } catch (IOException end) {
      return;
    }
  }

  /** A connection needs both directions to come to be. */
  private void connect(Socket client, int port) {
    try {
      if (passes(true) && passes(false)) {
        Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
        sockets.add(server);
        Thread.ofVirtual().start(() -> carry(client, server, true));
        Thread.ofVirtual().start(() -> carry(server, client, false));
        return;
      }
    } catch (IOException theServerIsDown) {
      // And so is the connection.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    shut(client);
  }

  private void carry(Socket from, Socket to, boolean up) {
    byte[] some = new byte[8192];
    try {
      int length = from.getInputStream().read(some);
      while (length >= 0 && passes(up)) {
        step.run();
        to.getOutputStream().write(some, 0, length);
        length = from.getInputStream().read(some);
      }
      // The end travels as the rest does.
      if (passes(up)) {
        to.shutdownOutput();
      }
    } catch (IOException broken) {
      try {
        if (passes(up)) {
          shut(to);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (from.isOutputShutdown() || from.isClosed()) {
        shut(from);
        shut(to);
      }
    }
  }

  private void shut(Socket socket) {
    sockets.remove(socket);
    try {
      socket.close();
    } catch (IOException itIsGone) {
      return;
    }
  }

  @Override
  public void close() throws IOException {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    for (ServerSocket door : doors) {
      door.close();
    }
    sockets.forEach(this::shut);
  }
}
