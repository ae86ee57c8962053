package dev.holdfast.cluster;

import dev.holdfast.locks.Held;
import dev.holdfast.locks.Holder;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.remote.LockService;
import dev.holdfast.locks.remote.LockState;
import dev.holdfast.locks.remote.RemoteKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.api.ACLProvider;
import org.apache.curator.framework.api.CuratorEvent;
import org.apache.curator.retry.RetryNTimes;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.data.ACL;

/**
 * Locks on a ZooKeeper ensemble (K18).
 *
 * <pre>{@code
 * try (ZooKeeperLocks locks = ZooKeeperLocks.connect(ZooKeeperSettings.of("a,b,c/locks"));
 *     Held held = locks.lock("nightly").acquire(Duration.ofMinutes(1))) {
 *   store.write(data, held.token());
 * }
 * }</pre>
 *
 * <p><b>Guarantees.</b> {@link dev.holdfast.locks.Contract#LEASE}. The ensemble grants a lock to
 * one at a time, or to its readers, or to as many as there are permits, in the order of asking. A
 * holder that does not hear from the ensemble for three quarters of the session time-out is told
 * that it lost the lock, which is before the ensemble gives it to another. The token is the
 * transaction that made the holder's node; it grows from each holder to the next, for the life of
 * the ensemble's data.
 *
 * <p><b>Remaining races.</b> A holder that is paused for longer than the session time-out may write
 * before it finds out, also with {@link dev.holdfast.locks.Held#ensureValid} just before: only a
 * resource that refuses older tokens keeps it out. An ensemble that is set up anew from an old copy
 * of its data gives old numbers again.
 *
 * <p>A lock excludes a program with Curator's {@code InterProcessReadWriteLock} on the same node.
 *
 * <p><b>Threads.</b> Safe for all. One connection serves any number of locks and threads.
 *
 * <p><b>Sources.</b> ZooKeeper recipes, locks; ZooKeeper Programmer's Guide, sessions; Curator
 * technical notes 10 and 12.
 */
public final class ZooKeeperLocks implements LockService {
  /** What it is called. */
  public static final RemoteKind KIND = ClusterKinds.ZOOKEEPER;

  private static final Duration CLOSE = Duration.ofSeconds(2);

  private final ZooKeeperSettings settings;
  private final ZooKeeperSession session;
  private final ZooKeeperEngine engine;

  private ZooKeeperLocks(ZooKeeperSettings settings, ZooKeeperSession session) {
    this.settings = settings;
    this.session = session;
    this.engine = new ZooKeeperEngine(settings, session);
  }

  /**
   * The settings in words: {@code session-timeout}, {@code connect-timeout} and {@code
   * reply-timeout} in milliseconds, {@code credentials}, {@code description}; what begins with
   * {@code zookeeper.} is a property of ZooKeeper's own client.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static ZooKeeperSettings settings(String at, Map<String, String> words) {
    ZooKeeperSettings settings = ZooKeeperSettings.of(at);
    for (Map.Entry<String, String> word : words.entrySet()) {
      String value = word.getValue();
      settings =
          switch (word.getKey()) {
            case "session-timeout" -> settings.withSessionTimeout(Words.millis(word));
            case "connect-timeout" ->
                settings.withTimeouts(Words.millis(word), settings.replyTimeout());
            case "reply-timeout" ->
                settings.withTimeouts(settings.connectTimeout(), Words.millis(word));
            case "credentials" -> settings.withCredentials(value);
            case "description" -> settings.describedAs(value);
            default -> {
              if (!word.getKey().startsWith("zookeeper.")) {
                throw new IllegalArgumentException("no setting of ZooKeeper: " + word.getKey());
              }
              yield settings.withClient(word.getKey(), value);
            }
          };
    }
    return settings;
  }

  /**
   * Connects.
   *
   * @throws IOException if no server answers in time, or the credentials are refused
   */
  public static ZooKeeperLocks connect(ZooKeeperSettings settings) throws IOException {
    ZKClientConfig config = new ZKClientConfig();
    // Only the closing waits so for an answer, and a session that is not closed ends by itself.
    config.setProperty(ZKClientConfig.ZOOKEEPER_REQUEST_TIMEOUT, Long.toString(CLOSE.toMillis()));
    settings.client().forEach(config::setProperty);
    CuratorFrameworkFactory.Builder builder =
        CuratorFrameworkFactory.builder()
            .connectString(settings.hosts())
            .sessionTimeoutMs(Math.toIntExact(settings.sessionTimeout().toMillis()))
            .connectionTimeoutMs(
                Math.toIntExact(Math.min(Integer.MAX_VALUE, settings.connectTimeout().toMillis())))
            .retryPolicy(new RetryNTimes(3, 100))
            .maxCloseWaitMs(Math.toIntExact(CLOSE.toMillis()))
            // The servers are those that we were told, and not what one of them says: our
            // credentials go there, and it may be a way that is not seen from the ensemble.
            .ensembleTracker(false)
            .zkClientConfig(config);
    if (!settings.credentials().isEmpty()) {
      builder
          .authorization("digest", settings.credentials().getBytes(StandardCharsets.UTF_8))
          .aclProvider(new OursAlone());
    }
    CuratorFramework client = builder.build();
    ZooKeeperSession session = new ZooKeeperSession(client, settings);
    boolean good = false;
    try {
      client.start();
      if (!client.blockUntilConnected(
          Math.toIntExact(Math.min(Integer.MAX_VALUE, settings.connectTimeout().toMillis())),
          TimeUnit.MILLISECONDS)) {
        throw new ServerAwayException(
            "no ZooKeeper server answers at " + settings.hosts() + why(client, settings, config));
      }
      session.requireConnected(
          "the ensemble", dev.holdfast.locks.wait.Deadline.after(settings.connectTimeout()));
      good = true;
      return new ZooKeeperLocks(settings, session);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ServerAwayException("interrupted while connecting to " + settings.hosts(), e);
    } finally {
      if (!good) {
        session.close();
      }
    }
  }

  private static String why(
      CuratorFramework client, ZooKeeperSettings settings, ZKClientConfig config) {
    try {
      if (client.getZookeeperClient().getZooKeeper().getState() == ZooKeeper.States.AUTH_FAILED) {
        return ": " + ZooKeeperSession.refused(settings);
      }
    } catch (Exception noHandle) {
      // Then there is no more to say.
    }
    String tls = ZooKeeperTls.why(settings.hosts(), config);
    if (!tls.isEmpty()) {
      return ": " + tls;
    }
    return " within "
        + settings.connectTimeout().toMillis()
        + " ms: is it running, is the port the client's, and does it let us in?";
  }

  /** Whoever has the credentials may do all, and nobody else anything. */
  private static final class OursAlone implements ACLProvider {
    @Override
    public List<ACL> getDefaultAcl() {
      return ZooDefs.Ids.CREATOR_ALL_ACL;
    }

    @Override
    public List<ACL> getAclForPath(String path) {
      return getDefaultAcl();
    }
  }

  @Override
  public HostLock lock(String name) {
    return new ClusterLock(engine, KIND, name, Mode.EXCLUSIVE, 0);
  }

  @Override
  public HostLock semaphore(String name, int permits) {
    return ClusterLock.semaphore(engine, KIND, name, permits);
  }

  @Override
  public List<LockState> states() throws IOException {
    try {
      CuratorEvent seen = session.await(session.children(settings.path()), settings.path());
      if (seen.getResultCode() == Code.NONODE.intValue()) {
        return List.of();
      }
      session.require(seen, settings.path());
      List<LockState> states = new ArrayList<>();
      for (String child : seen.getChildren().stream().sorted().toList()) {
        String directory = (settings.path().equals("/") ? "" : settings.path()) + "/" + child;
        String name = ZooKeeperNodes.unescape(child);
        ZooKeeperEngine.Queue queue = look(directory, name);
        if (!queue.holders().isEmpty() || !queue.waiters().isEmpty()) {
          states.add(new LockState(name, queue.holders(), queue.waiters()));
        }
      }
      return states;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(settings.path() + ": interrupted", e);
    }
  }

  /** One lock that others keep to themselves is no reason to show none. */
  private ZooKeeperEngine.Queue look(String directory, String name)
      throws IOException, InterruptedException {
    try {
      return engine.look(directory, name, permits(directory, name));
    } catch (IOException e) {
      if (e.getCause() instanceof KeeperException.NoAuthException) {
        Holder unknown =
            new Holder(-1, "", Mode.EXCLUSIVE, 0, 0, null, "", "not ours to see (NOAUTH)");
        return new ZooKeeperEngine.Queue(List.of(unknown), List.of());
      }
      throw e;
    }
  }

  private int permits(String directory, String name) throws IOException, InterruptedException {
    CuratorEvent data = session.await(session.data(directory), name);
    String told = data.getData() == null ? "" : new String(data.getData(), StandardCharsets.UTF_8);
    try {
      return told.startsWith("permits=")
          ? Integer.parseInt(told.substring("permits=".length()))
          : 1;
    } catch (NumberFormatException notOurs) {
      return 1;
    }
  }

  @Override
  public List<String> examine() throws IOException {
    List<String> found = new ArrayList<>();
    int agreed = session.client().getZookeeperClient().getLastNegotiatedSessionTimeoutMs();
    found.add("connected to " + settings.hosts() + ", locks under " + settings.path());
    if (agreed > 0 && agreed != settings.sessionTimeout().toMillis()) {
      found.add(
          "the ensemble keeps a session for "
              + agreed
              + " ms, not for the "
              + settings.sessionTimeout().toMillis()
              + " ms that were asked for");
    }
    String name = "holdfast-doctor-" + ProcessHandle.current().pid();
    long first;
    try (var held = lock(name).tryAcquire().orElseThrow()) {
      first = held.token();
      held.ensureValid();
    }
    try (var held = lock(name).tryAcquire().orElseThrow()) {
      if (held.token() <= first) {
        throw new IOException("tokens do not grow: " + held.token() + " after " + first);
      }
    }
    found.add("a lock was taken and let go twice, and its token grew");
    if (settings.credentials().isEmpty()) {
      found.add("without credentials: whoever reaches the servers can free or take any lock");
    }
    return found;
  }

  // --- for tests --------------------------------------------------------------------------------

  int inUse() {
    return engine.queues();
  }

  int ticks() {
    return session.ticks();
  }

  String directoryOf(String name) {
    return engine.directory(name);
  }

  String pathOf(Held held) {
    return ((ZooKeeperClaim) Objects.requireNonNull(((ClusterHeld) held).granted())).path;
  }

  /**
   * As if the ensemble had heard nothing for too long: a second connection takes the session over
   * and closes it. The first one wants it back meanwhile, so this is done until it is over.
   */
  void endSession() throws Exception {
    ZooKeeper handle = session.client().getZookeeperClient().getZooKeeper();
    long id = handle.getSessionId();
    while (session.client().getZookeeperClient().getZooKeeper().getSessionId() == id) {
      CountDownLatch connected = new CountDownLatch(1);
      ZooKeeper second =
          new ZooKeeper(
              settings.hosts(), 10_000, _ -> connected.countDown(), id, handle.getSessionPasswd());
      connected.await(5, TimeUnit.SECONDS);
      second.close();
      for (int i = 0; i < 100; i++) {
        if (session.client().getZookeeperClient().getZooKeeper().getSessionId() != id) {
          return;
        }
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
  }

  /** Lets go of all that is held by it. */
  @Override
  public void close() {
    session.close();
  }

  @Override
  public String toString() {
    return "ZooKeeper at " + settings;
  }
}
