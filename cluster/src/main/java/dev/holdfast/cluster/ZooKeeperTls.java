package dev.holdfast.cluster;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.apache.zookeeper.client.ConnectStringParser;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.common.ClientX509Util;
import org.apache.zookeeper.common.X509Exception;

/**
 * Why no TLS connection to a server comes to be. ZooKeeper's client tells that to its log only, and
 * tries again until the time is over; so one handshake is tried here when it is.
 */
final class ZooKeeperTls {
  private static final int PATIENCE_MILLIS = 3000;

  private ZooKeeperTls() {}

  /** In words that name no secret; empty if TLS is not the reason. */
  static String why(String hosts, ZKClientConfig config) {
    boolean wanted = config.getBoolean(ZKClientConfig.SECURE_CLIENT);
    try (ClientX509Util util = new ClientX509Util()) {
      if (wanted) {
        for (String property :
            new String[] {
              util.getSslTruststoreLocationProperty(), util.getSslKeystoreLocationProperty()
            }) {
          String store = config.getProperty(property, "");
          if (!store.isEmpty() && !Files.isReadable(Path.of(store))) {
            return "TLS: " + property + ": there is no file " + store + " that we may read";
          }
        }
      }
      SSLContext context;
      try {
        context = wanted ? util.createSSLContext(config) : SSLContext.getDefault();
      } catch (X509Exception e) {
        return "TLS: our key or trust store cannot be used; is its password right, in"
            + " zookeeper.ssl.keyStore.password or trustStore.password? ("
            + root(e)
            + ")";
      }
      for (InetSocketAddress server : new ConnectStringParser(hosts).getServerAddresses()) {
        String said = handshake(context, server);
        if (wanted && !said.isEmpty() && !said.equals(DONE)) {
          return "TLS with " + server.getHostString() + ":" + server.getPort() + ": " + said;
        }
        // A server without TLS has nothing to say about a certificate.
        if (!wanted && (said.equals(DONE) || said.contains("certif"))) {
          return server.getHostString()
              + ":"
              + server.getPort()
              + " wants TLS: set zookeeper.client.secure=true and"
              + " zookeeper.ssl.trustStore.location";
        }
      }
    } catch (Exception notTheReason) {
      // Then it is something else.
    }
    return "";
  }

  private static final String DONE = " ";

  /** What is wrong with it; empty if nobody is there, {@link #DONE} if it came to be. */
  private static String handshake(SSLContext context, InetSocketAddress server) {
    // As ZooKeeper's client does, which asks for the name that belongs to an address.
    InetSocketAddress there = new InetSocketAddress(server.getHostString(), server.getPort());
    try (Socket socket = new Socket()) {
      socket.connect(there, PATIENCE_MILLIS);
      socket.setSoTimeout(PATIENCE_MILLIS);
      try (SSLSocket tls =
          (SSLSocket)
              context
                  .getSocketFactory()
                  .createSocket(socket, there.getHostName(), there.getPort(), false)) {
        tls.startHandshake();
        return DONE;
      } catch (SSLException e) {
        return "the handshake fails; is its certificate, or its authority's, in"
            + " zookeeper.ssl.trustStore.location? ("
            + root(e)
            + ")";
      } catch (IOException silence) {
        return "it does not answer to TLS: is this its secure port? (" + root(silence) + ")";
      }
    } catch (IOException nobodyThere) {
      return "";
    }
  }

  private static String root(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }
}
