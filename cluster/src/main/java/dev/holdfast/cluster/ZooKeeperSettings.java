package dev.holdfast.cluster;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * How to reach a ZooKeeper ensemble. Immutable: each {@code with…} answers another one.
 *
 * @param hosts {@code host:port} of the servers, with commas
 * @param path the node under which the locks are; all who are to exclude each other use the same
 * @param sessionTimeout how long the ensemble keeps our locks if it hears nothing from us; the
 *     ensemble has limits of its own for it
 * @param connectTimeout how long to wait for the first connection
 * @param replyTimeout how long to wait for an answer before the server counts as away
 * @param refuseWhileSuspended whether calls fail at once while the connection is interrupted,
 *     instead of waiting for its return
 * @param credentials {@code user:password} of the {@code digest} scheme; empty for none. With them
 *     all nodes that are made are ours alone
 * @param client properties of ZooKeeper's own client, such as {@code zookeeper.client.secure} and
 *     {@code zookeeper.ssl.…}
 * @param description what others are told about us; see {@link dev.holdfast.locks.Holder#command}
 */
public record ZooKeeperSettings(
    String hosts,
    String path,
    Duration sessionTimeout,
    Duration connectTimeout,
    Duration replyTimeout,
    boolean refuseWhileSuspended,
    String credentials,
    Map<String, String> client,
    String description) {
  private static final String DEFAULT_PATH = "/holdfast";

  public ZooKeeperSettings {
    client = Map.copyOf(client);
    if (hosts.isBlank() || hosts.indexOf('@') >= 0) {
      throw new IllegalArgumentException("not the servers of an ensemble: " + hosts);
    }
    if (!path.startsWith("/") || (path.length() > 1 && path.endsWith("/"))) {
      throw new IllegalArgumentException("not the path of a node: " + path);
    }
    if (sessionTimeout.toMillis() < 1 || sessionTimeout.toMillis() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("not a session time-out: " + sessionTimeout);
    }
  }

  /** The servers, and after them the path: {@code a:2181,b:2181,c:2181/locks}. */
  public static ZooKeeperSettings of(String at) {
    int slash = at.indexOf('/');
    String path = slash < 0 ? DEFAULT_PATH : at.substring(slash);
    return new ZooKeeperSettings(
        slash < 0 ? at : at.substring(0, slash),
        path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path,
        Duration.ofSeconds(30),
        Duration.ofSeconds(15),
        Duration.ofSeconds(15),
        false,
        "",
        Map.of(),
        Whom.program());
  }

  private ZooKeeperSettings with(
      Duration session,
      Duration connect,
      Duration reply,
      boolean refuse,
      String secret,
      Map<String, String> properties,
      String words) {
    return new ZooKeeperSettings(
        hosts, path, session, connect, reply, refuse, secret, properties, words);
  }

  public ZooKeeperSettings withSessionTimeout(Duration timeout) {
    return with(
        timeout,
        connectTimeout,
        replyTimeout,
        refuseWhileSuspended,
        credentials,
        client,
        description);
  }

  /**
   * How long to wait.
   *
   * @param connect for the first connection
   * @param reply for each answer
   */
  public ZooKeeperSettings withTimeouts(Duration connect, Duration reply) {
    return with(
        sessionTimeout, connect, reply, refuseWhileSuspended, credentials, client, description);
  }

  /** Calls fail at once while the connection is interrupted. */
  public ZooKeeperSettings refusingWhileSuspended() {
    return with(
        sessionTimeout, connectTimeout, replyTimeout, true, credentials, client, description);
  }

  /** {@code user:password} of the {@code digest} scheme. */
  public ZooKeeperSettings withCredentials(String userAndPassword) {
    if (userAndPassword.indexOf(':') <= 0) {
      throw new IllegalArgumentException("the credentials are not USER:PASSWORD");
    }
    return with(
        sessionTimeout,
        connectTimeout,
        replyTimeout,
        refuseWhileSuspended,
        userAndPassword,
        client,
        description);
  }

  /** A property of ZooKeeper's own client. */
  public ZooKeeperSettings withClient(String property, String value) {
    Map<String, String> more = new HashMap<>(client);
    more.put(property, value);
    return with(
        sessionTimeout,
        connectTimeout,
        replyTimeout,
        refuseWhileSuspended,
        credentials,
        more,
        description);
  }

  /** What others are told about us. */
  public ZooKeeperSettings describedAs(String words) {
    return with(
        sessionTimeout,
        connectTimeout,
        replyTimeout,
        refuseWhileSuspended,
        credentials,
        client,
        words);
  }

  /** Without the credentials, and without what may be a password. */
  @Override
  public String toString() {
    return hosts + path;
  }
}
