package dev.holdfast.cluster;

import dev.holdfast.testing.Commands;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A network namespace for the client, and a pair of virtual devices between it and this one: what
 * is cut is cut by the kernel, and packets are lost. Needs root and ip(8). The servers' address is
 * one of two that this side has; the other is the referee's, and is never cut.
 */
final class NamespaceCable implements Cable {
  private static final AtomicInteger NEXT = new AtomicInteger(1);

  private final String name;
  private final String net;
  private final Relay servers;
  private final Relay referee;

  /**
   * @param ports of the servers
   * @param refereePort its port
   */
  NamespaceCable(List<Integer> ports, int refereePort) throws IOException, InterruptedException {
    int number = NEXT.getAndIncrement();
    name = "hf" + ProcessHandle.current().pid() + "-" + number;
    net = "10." + (213 + number / 250) + "." + number % 250 + ".";
    ip("netns", "add", name);
    String here = "h" + name;
    ip("link", "add", here, "type", "veth", "peer", "name", "eth0", "netns", name);
    ip("address", "add", net + "1/24", "dev", here);
    ip("address", "add", net + "2/24", "dev", here);
    ip("link", "set", here, "up");
    there("address", "add", net + "9/24", "dev", "eth0");
    there("link", "set", "eth0", "up");
    there("link", "set", "lo", "up");
    servers = new Relay(InetAddress.ofLiteral(net + "1"), ports);
    referee = new Relay(InetAddress.ofLiteral(net + "2"), List.of(refereePort));
  }

  private static void ip(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(arguments));
    Commands.run(command);
  }

  private void there(String... arguments) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("-netns", name));
    all.addAll(List.of(arguments));
    ip(all.toArray(String[]::new));
  }

  @Override
  public String hosts() {
    return servers.hosts();
  }

  @Override
  public String referee() {
    return referee.hosts();
  }

  @Override
  public List<String> around(List<String> command) {
    List<String> inside = new ArrayList<>(List.of("ip", "netns", "exec", name));
    inside.addAll(command);
    return inside;
  }

  @Override
  public void cut(Cut cut) throws IOException, InterruptedException {
    if (cut != Cut.TO_CLIENT) {
      there("route", "add", "blackhole", net + "1/32");
    }
    if (cut != Cut.TO_SERVERS) {
      ip("rule", "add", "from", net + "1", "to", net + "9", "blackhole");
    }
  }

  @Override
  public void mend() throws IOException, InterruptedException {
    undo("-netns", name, "route", "del", "blackhole", net + "1/32");
    undo("rule", "del", "from", net + "1", "to", net + "9", "blackhole");
  }

  private static void undo(String... arguments) throws InterruptedException {
    try {
      ip(arguments);
    } catch (IOException | AssertionError itWasNotCut) {
      return;
    }
  }

  @Override
  public void close() throws IOException {
    servers.close();
    referee.close();
    try {
      mend();
      ip("netns", "del", name);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
