package dev.holdfast.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;

/** A cable of our own making, which needs nothing of the machine: a {@link Relay}. */
final class RelayCable implements Cable {
  private final Relay relay;
  private final int referee;

  /**
   * @param ports of the servers
   * @param referee its port
   */
  RelayCable(List<Integer> ports, int referee) throws IOException {
    this.relay = new Relay(InetAddress.getLoopbackAddress(), ports);
    this.referee = referee;
  }

  @Override
  public String hosts() {
    return relay.hosts();
  }

  @Override
  public String referee() {
    return "127.0.0.1:" + referee;
  }

  @Override
  public List<String> around(List<String> command) {
    return command;
  }

  @Override
  public void cut(Cut cut) {
    relay.let(cut == Cut.TO_CLIENT, cut == Cut.TO_SERVERS);
  }

  @Override
  public void mend() {
    relay.let(true, true);
  }

  @Override
  public void close() throws IOException {
    relay.close();
  }
}
