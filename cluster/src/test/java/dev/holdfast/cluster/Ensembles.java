package dev.holdfast.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingCluster;

/** What an ensemble of the test says of itself. */
final class Ensembles {
  private Ensembles() {}

  static List<Integer> ports(TestingCluster ensemble) {
    return ensemble.getInstances().stream().map(InstanceSpec::getPort).toList();
  }

  /** One of them that leads, or that does not; waits until there is one. */
  static InstanceSpec one(TestingCluster ensemble, boolean leads) {
    for (; ; ) {
      for (InstanceSpec server : ensemble.getInstances()) {
        if (answer(server.getPort()).contains("Mode: " + (leads ? "leader" : "follower"))) {
          return server;
        }
      }
      Thread.onSpinWait();
    }
  }

  private static String answer(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.getOutputStream().write("srvr".getBytes(StandardCharsets.US_ASCII));
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException notNow) {
      return "";
    }
  }
}
