package dev.holdfast.cluster;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.AppConfigurationEntry.LoginModuleControlFlag;
import javax.security.auth.login.Configuration;
import org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.jspecify.annotations.Nullable;

/**
 * One server of ZooKeeper that wants TLS or SASL, in a process of its own: what it wants are
 * properties of a whole JVM. {@code SecuredServer DIRECTORY plain|tls|sasl}, and the rest as
 * properties of ZooKeeper. It says its port, and ends with its input.
 */
final class SecuredServer {
  private SecuredServer() {}

  static void main(String[] arguments) throws Exception {
    boolean tls = arguments[1].equals("tls");
    if (arguments[1].equals("sasl")) {
      Configuration.setConfiguration(sasl("Server", Map.of("user_ann", "secret")));
    }
    Path directory = Path.of(arguments[0]);
    ZooKeeperServer server =
        new ZooKeeperServer(
            directory.resolve("snapshots").toFile(), directory.resolve("log").toFile(), 500);
    ServerCnxnFactory door = ServerCnxnFactory.createFactory();
    door.configure(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50, -1, tls);
    door.startup(server);
    System.out.println(door.getLocalPort());
    while (System.in.read() >= 0) {
      // Until its end.
    }
    System.exit(0);
  }

  /** What JAAS is told in a file otherwise. */
  static Configuration sasl(String context, Map<String, String> options) {
    AppConfigurationEntry[] entries = {
      new AppConfigurationEntry(
          "org.apache.zookeeper.server.auth.DigestLoginModule",
          LoginModuleControlFlag.REQUIRED,
          options)
    };
    return new Configuration() {
      @Override
      public AppConfigurationEntry @Nullable [] getAppConfigurationEntry(String name) {
        return List.of(context).contains(name) ? entries.clone() : null;
      }
    };
  }
}
