package dev.holdfast.cluster;

import dev.holdfast.cluster.ZooKeeperNodes.Node;
import dev.holdfast.locks.Holder;
import dev.holdfast.locks.LockLostException;
import dev.holdfast.locks.wait.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.CuratorEvent;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;

/**
 * The queue of a lock on ZooKeeper.
 *
 * <p>Who wants a lock makes an ephemeral node with a number, and has the lock when no node before
 * it is in the way; until then it watches the one node that is, so that a release wakes one waiter
 * and not all (of a semaphore it wakes all). A node goes with its session.
 *
 * <p>Three things can be lost on the way. The answer to the making of a node: Curator gives each
 * node a name of its own, and finds or removes it. The connection: what is asked meanwhile is asked
 * again. The session, and the node with it: the place in the queue is lost, and a new node is made.
 *
 * <p>The making of the node and the first look are sent together: the server answers one client in
 * order.
 */
final class ZooKeeperEngine extends ClusterEngine {
  private static final byte[] NOTHING = {};

  private final ZooKeeperSettings settings;
  private final ZooKeeperSession session;
  private final CuratorFramework client;
  private final String id;

  /** What each node says of us, but for the time. */
  private final String here;

  ZooKeeperEngine(ZooKeeperSettings settings, ZooKeeperSession session) {
    this.settings = settings;
    this.session = session;
    this.client = session.client();
    this.here = Whom.here(settings.description());
    String[] hosts = settings.hosts().toLowerCase(java.util.Locale.ROOT).split(",", -1);
    java.util.Arrays.sort(hosts);
    this.id = String.join(",", hosts) + settings.path();
  }

  @Override
  String id() {
    return id;
  }

  @Override
  boolean oneClaimant() {
    return false;
  }

  String directory(String name) {
    String base = settings.path().equals("/") ? "" : settings.path();
    return base + "/" + ZooKeeperNodes.escape(name);
  }

  // --- claims -----------------------------------------------------------------------------------

  @Override
  @Nullable Claim claim(ClusterLock lock, Deadline deadline, Consumer<LockLostException> lost)
      throws IOException, InterruptedException {
    String directory = directory(lock.plainName());
    boolean tries = deadline.limited() && deadline.passed();
    session.requireConnected(lock.name(), deadline);
    // Whoever only tries makes no node that others would have to wait for if it is in vain.
    if (tries && isBusy(directory, lock)) {
      return null;
    }
    if (lock.isSemaphore()) {
      requireSamePermits(directory, lock);
    }
    for (; ; ) {
      Ask ask = new Ask(lock, directory, deadline, lost);
      ZooKeeperClaim claim = null;
      boolean again = false;
      try {
        claim = ask.run();
        again = claim == null && ask.vanished;
      } finally {
        if (claim == null) {
          ask.withdraw();
        }
      }
      if (!again) {
        return claim;
      }
      session.requireConnected(lock.name(), deadline);
    }
  }

  /** Whoever let go of it may have told another server, which ours has not heard of yet. */
  private boolean isBusy(String directory, ClusterLock lock)
      throws IOException, InterruptedException {
    if (!ZooKeeperNodes.isBusy(nodes(directory, lock), lock)) {
      return false;
    }
    session.sync(directory);
    return ZooKeeperNodes.isBusy(nodes(directory, lock), lock);
  }

  /** One node, from its making to its grant. */
  private final class Ask {
    private final ClusterLock lock;
    private final String directory;
    private final Deadline deadline;
    private final Consumer<LockLostException> lost;
    private final Stat made = new Stat();
    private final CompletableFuture<CuratorEvent> creation = new CompletableFuture<>();

    /** The node went, and not by us: with its session, or by somebody's hand. */
    boolean vanished;

    /** The only node that stood in the way is gone: there is no need to look at the line again. */
    private boolean turn;

    /** Whether our node is still there was asked then. */
    private ZooKeeperSession.@Nullable Next next;

    Ask(ClusterLock lock, String directory, Deadline deadline, Consumer<LockLostException> lost) {
      this.lock = lock;
      this.directory = directory;
      this.deadline = deadline;
      this.lost = lost;
    }

    @Nullable ZooKeeperClaim run() throws IOException, InterruptedException {
      long sent = System.nanoTime();
      CompletableFuture<CuratorEvent> look = create();
      // Answered in this order: whoever waits for the second is woken once.
      session.await(look, lock.name());
      CuratorEvent created = session.await(creation, lock.name());
      if (isGone(created)) {
        vanished = true;
        return null;
      }
      session.require(created, lock.name());
      String path = created.getName();
      String name = path.substring(path.lastIndexOf('/') + 1);
      Stat stat = made;
      if (stat.getCzxid() == 0) {
        // Curator found it after its answer had been lost.
        CuratorEvent found = session.await(session.exists(path), lock.name());
        if (found.getStat() == null) {
          vanished = true;
          return null;
        }
        stat = found.getStat();
      }
      session.heard(stat.getEphemeralOwner(), sent);
      return queueUp(path, name, stat, look);
    }

    private CompletableFuture<CuratorEvent> create() throws IOException {
      String prefix = directory + "/" + ZooKeeperNodes.prefix(lock);
      byte[] whom = Whom.now(here);
      try {
        client
            .create()
            .storingStatIn(made)
            .creatingParentContainersIfNeeded()
            .withProtection()
            .withMode(CreateMode.EPHEMERAL_SEQUENTIAL)
            .inBackground((_, event) -> creation.complete(event))
            .forPath(prefix, whom);
      } catch (Exception e) {
        creation.cancel(false);
        throw session.failure(lock.name(), e);
      }
      return session.children(directory);
    }

    private @Nullable ZooKeeperClaim queueUp(
        String path, String name, Stat stat, CompletableFuture<CuratorEvent> firstLook)
        throws IOException, InterruptedException {
      CompletableFuture<CuratorEvent> look = firstLook;
      for (boolean first = true; ; first = false) {
        // Asked beside the look: the server answers both in one trip.
        if (!first && !isStillOurs(path, stat)) {
          vanished = true;
          return null;
        }
        ZooKeeperNodes.Place place =
            look == null ? ZooKeeperNodes.FREE : placeIn(session.await(look, lock.name()), name);
        if (place != null) {
          if (place.granted() && session.is(stat.getEphemeralOwner())) {
            return session.grant(lock.name(), path, stat, lost);
          }
          if (!waitFor(place, path)) {
            return null;
          }
        }
        if (deadline.limited() && deadline.passed() && !first) {
          return null;
        }
        session.requireConnected(lock.name(), deadline);
        look = turn ? null : session.children(directory);
      }
    }

    /** Where our node stands; null if the look does not say. */
    private ZooKeeperNodes.@Nullable Place placeIn(CuratorEvent seen, String name)
        throws IOException {
      Code code = Code.get(seen.getResultCode());
      if (code == Code.OK) {
        return ZooKeeperNodes.place(ZooKeeperNodes.parse(seen.getChildren()), name, lock);
      }
      if (!ZooKeeperSession.isInterruption(code) && code != Code.NONODE) {
        session.require(seen, lock.name());
      }
      return null;
    }

    /** However long the wait was: the node is there, and belongs to the session that we have. */
    private boolean isStillOurs(String path, Stat stat) throws IOException, InterruptedException {
      ZooKeeperSession.Next asked = next;
      next = null;
      CompletableFuture<CuratorEvent> answer = asked == null ? null : asked.answer();
      long sent = asked == null ? 0 : asked.sentNanos();
      for (; ; answer = null) {
        if (answer == null) {
          sent = System.nanoTime();
          answer = session.exists(path);
        }
        CuratorEvent still = session.await(answer, lock.name());
        Code code = Code.get(still.getResultCode());
        if (code == Code.OK && still.getStat() != null) {
          boolean ours =
              still.getStat().getEphemeralOwner() == stat.getEphemeralOwner()
                  && session.is(stat.getEphemeralOwner());
          if (ours) {
            // What it holds is not silent.
            session.heard(stat.getEphemeralOwner(), sent);
          }
          return ours;
        }
        if (!ZooKeeperSession.isInterruption(code)) {
          return false;
        }
        session.requireConnected(lock.name(), deadline);
      }
    }

    /**
     * Waits for a change of what stands in the way, or of the connection.
     *
     * @return false if the deadline passed
     */
    private boolean waitFor(ZooKeeperNodes.Place place, String path)
        throws IOException, InterruptedException {
      turn = false;
      if (deadline.limited() && deadline.passed()) {
        return false;
      }
      try (ZooKeeperSession.Wait wait = session.newWait()) {
        String watched = place.before() == null ? null : directory + "/" + place.before();
        ZooKeeperSession.Next gone = place.onlyThat() ? wait.whenGone(path) : null;
        CuratorEvent there =
            session.await(
                watched == null
                    ? session.watchChildren(directory, wait)
                    : session.watch(watched, wait),
                lock.name());
        if (there.getResultCode() == Code.OK.intValue() && !stillFree(there, watched)) {
          boolean changed = wait.await(deadline);
          turn = gone != null && gone.answer() != null;
          next = turn ? gone : null;
          return changed;
        }
        turn = place.onlyThat() && there.getResultCode() == Code.NONODE.intValue();
        return !(deadline.limited() && deadline.passed());
      }
    }

    /** A semaphore's children may have gone between the look and the watch. */
    private boolean stillFree(CuratorEvent there, @Nullable String watched) throws IOException {
      if (watched != null || there.getChildren() == null) {
        return false;
      }
      CuratorEvent made = creation.getNow(there);
      String path = made.getName() == null ? "" : made.getName();
      ZooKeeperNodes.Place now =
          ZooKeeperNodes.place(
              ZooKeeperNodes.parse(there.getChildren()),
              path.substring(path.lastIndexOf('/') + 1),
              lock);
      return now == null || now.granted();
    }

    /** The session went before or while the node was made. */
    private boolean isGone(CuratorEvent created) {
      return ZooKeeperSession.isInterruption(Code.get(created.getResultCode()));
    }

    /** Removes the node, whether or not we were told that it is there. */
    void withdraw() {
      if (creation.isCancelled()) {
        return;
      }
      CompletableFuture<CuratorEvent> gone =
          creation.thenCompose(
              created ->
                  created.getResultCode() == Code.OK.intValue()
                      ? session.delete(created.getName())
                      : CompletableFuture.completedFuture(created));
      session.awaitQuietly(gone);
    }
  }

  // --- what is there ----------------------------------------------------------------------------

  private List<Node> nodes(String directory, ClusterLock lock)
      throws IOException, InterruptedException {
    return nodes(directory, lock.name());
  }

  private List<Node> nodes(String directory, String name) throws IOException, InterruptedException {
    CuratorEvent seen = session.await(session.children(directory), name);
    if (seen.getResultCode() == Code.NONODE.intValue()) {
      return List.of();
    }
    session.require(seen, name);
    return ZooKeeperNodes.parse(seen.getChildren());
  }

  /** The number of permits is the first one's who asked, for as long as the node is there. */
  private void requireSamePermits(String directory, ClusterLock lock)
      throws IOException, InterruptedException {
    String mine = "permits=" + lock.permits();
    for (int i = 0; ; i++) {
      CuratorEvent there = session.await(session.data(directory), lock.name());
      if (there.getResultCode() == Code.OK.intValue()) {
        String told = new String(there.getData(), java.nio.charset.StandardCharsets.UTF_8);
        if (!told.equals(mine)) {
          throw new IOException(
              lock.name()
                  + (told.startsWith("permits=")
                      ? ": others share " + told.substring("permits=".length()) + " permits"
                      : ": this name is used for a lock, not for a semaphore")
                  + ": ask for the same, or take another name");
        }
        return;
      }
      if (there.getResultCode() != Code.NONODE.intValue() || i > 3) {
        session.require(there, lock.name());
      }
      CuratorEvent made =
          session.await(
              session.createContainer(
                  directory, mine.getBytes(java.nio.charset.StandardCharsets.UTF_8)),
              lock.name());
      if (made.getResultCode() != Code.NODEEXISTS.intValue()) {
        session.require(made, lock.name());
      }
    }
  }

  /** Holders first, then those who wait. */
  record Queue(List<Holder> holders, List<Holder> waiters) {}

  Queue look(String directory, String name, int permits) throws IOException {
    try {
      List<Node> nodes = nodes(directory, name);
      List<CompletableFuture<CuratorEvent>> told = new ArrayList<>();
      for (Node node : nodes) {
        told.add(session.data(directory + "/" + node.name()));
      }
      List<Holder> holders = new ArrayList<>();
      List<Holder> waiters = new ArrayList<>();
      boolean writerSeen = false;
      for (int i = 0; i < nodes.size(); i++) {
        Node node = nodes.get(i);
        CuratorEvent data = session.await(told.get(i), name);
        boolean writer = node.family().equals(ZooKeeperNodes.WRITE);
        boolean has =
            node.family().equals(ZooKeeperNodes.PERMIT)
                ? i < permits
                : !writerSeen && (!writer || i == 0);
        writerSeen |= writer;
        if (data.getResultCode() == Code.OK.intValue()) {
          String note =
              "session 0x%x, token %d"
                  .formatted(data.getStat().getEphemeralOwner(), data.getStat().getCzxid());
          byte[] bytes = data.getData() == null ? NOTHING : data.getData();
          (has ? holders : waiters).add(Whom.read(bytes, node.mode(), note));
        }
      }
      return new Queue(holders, waiters);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(name + ": interrupted while its nodes were read", e);
    }
  }

  @Override
  List<Holder> holders(ClusterLock lock) throws IOException {
    return look(directory(lock.plainName()), lock.name(), lock.permits()).holders();
  }

  static <T> T get(CompletableFuture<T> future, Duration limit)
      throws InterruptedException, TimeoutException {
    try {
      return future.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }
}
