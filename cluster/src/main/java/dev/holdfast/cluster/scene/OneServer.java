package dev.holdfast.cluster.scene;

import dev.holdfast.cluster.ZooKeeperLocks;
import dev.holdfast.cluster.ZooKeeperSettings;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;

/**
 * A ZooKeeper of one server, on this machine and for nobody else, until its input ends: {@code
 * OneServer DIRECTORY}. It says where it is.
 */
final class OneServer {
  /** A session lasts two of them at least. */
  private static final int TICK_MILLIS = 250;

  private static final int LONGEST_MILLIS = 60_000;

  private static final int CONNECTIONS = 20;

  private OneServer() {}

  static void main(String[] args) {
    int status = 0;
    try {
      serve(Path.of(args[0]));
    } catch (Exception | LinkageError e) {
      // ZooKeeper keeps such a thing to itself, and its threads would keep this process.
      e.printStackTrace();
      status = 1;
    }
    System.exit(status);
  }

  private static void serve(Path directory) throws Exception {
    // Nothing that is lost with the machine is missed.
    System.setProperty("zookeeper.forceSync", "no");
    ZooKeeperServer server =
        new ZooKeeperServer(
            directory.resolve("snapshots").toFile(),
            directory.resolve("log").toFile(),
            TICK_MILLIS);
    server.setMaxSessionTimeout(LONGEST_MILLIS);
    ServerCnxnFactory door =
        ServerCnxnFactory.createFactory(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), CONNECTIONS);
    door.startup(server);
    System.out.println("127.0.0.1:" + door.getLocalPort() + "/scene");
    System.in.transferTo(OutputStream.nullOutputStream());
    door.shutdown();
  }

  /** With a session that is over for whoever is silent for so many seconds. */
  static ZooKeeperLocks connect(String at, String seconds) throws IOException {
    return ZooKeeperLocks.connect(
        ZooKeeperSettings.of(at).withSessionTimeout(Duration.ofSeconds(Long.parseLong(seconds))));
  }
}
