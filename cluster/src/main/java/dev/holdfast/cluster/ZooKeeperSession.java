package dev.holdfast.cluster;

import dev.holdfast.locks.LockLostException;
import dev.holdfast.locks.wait.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.WatcherRemoveCuratorFramework;
import org.apache.curator.framework.api.CuratorEvent;
import org.apache.curator.framework.api.CuratorWatcher;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;

/**
 * The connection to an ensemble, and what is held by it.
 *
 * <p><b>When something held counts as lost.</b> At the first of: ZooKeeper says that the session is
 * over; the node is gone; nothing was heard from the ensemble for three quarters of the session
 * time-out. The last is counted from the moment at which the last answered question was <em>sent
 * </em>, by a clock that nobody can set, so that a holder knows before the ensemble gives its lock
 * away: the fourth quarter is for what a server may have heard and not passed on to the leader
 * before it died. A holder that was stopped finds out when it goes on. What was given up so is
 * removed, also where the session lives on.
 *
 * <p><b>Remaining races.</b> A machine that sleeps, or whose clock runs slow, counts too little;
 * then only the token helps.
 */
final class ZooKeeperSession implements AutoCloseable {
  private static final int BEATS = 6;

  private final CuratorFramework client;
  private final ZooKeeperSettings settings;
  private final ScheduledThreadPoolExecutor clock;
  private final Set<ZooKeeperClaim> claims = ConcurrentHashMap.newKeySet();
  private final Set<Wait> waits = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean ticking = new AtomicBoolean();
  private volatile boolean connected;
  private volatile boolean wasConnected;
  private volatile boolean closed;

  /** How often the connection was interrupted: what was asked in between may have been done. */
  private volatile int interruptions;

  /** When the last question was sent that was answered, on {@link System#nanoTime}. */
  private long heardNanos = System.nanoTime();

  private long heardSession;

  ZooKeeperSession(CuratorFramework client, ZooKeeperSettings settings) {
    this.client = client;
    this.settings = settings;
    this.clock =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("holdfast-zookeeper-clock").factory());
    client.getConnectionStateListenable().addListener((_, state) -> changed(state));
  }

  CuratorFramework client() {
    return client;
  }

  // --- states of the connection -----------------------------------------------------------------

  private void changed(ConnectionState state) {
    switch (state) {
      case CONNECTED, RECONNECTED -> {
        connected = true;
        wasConnected = true;
        long now = sessionId();
        for (ZooKeeperClaim claim : claims) {
          if (claim.owner != now) {
            lose(claim, "its session is over, and another one began");
          }
        }
        beat();
      }
      case SUSPENDED, READ_ONLY -> interrupted();
      case LOST -> {
        interrupted();
        for (ZooKeeperClaim claim : claims) {
          lose(claim, "its session is over");
        }
      }
    }
    waits.forEach(Wait::wake);
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // only by the thread of the events
  private void interrupted() {
    connected = false;
    interruptions++;
  }

  /** 0 if there is no session now. */
  private long sessionId() {
    try {
      ZooKeeper handle = client.getZookeeperClient().getZooKeeper();
      return handle.getState().isConnected() ? handle.getSessionId() : 0;
    } catch (Exception none) {
      return 0;
    }
  }

  boolean is(long owner) {
    return connected && owner == sessionId();
  }

  /** The time-out that the ensemble agreed to, in nanoseconds. */
  private long timeoutNanos() {
    long millis = client.getZookeeperClient().getLastNegotiatedSessionTimeoutMs();
    return TimeUnit.MILLISECONDS.toNanos(
        millis > 0 ? millis : settings.sessionTimeout().toMillis());
  }

  /**
   * Waits for the connection if it is interrupted.
   *
   * @throws ServerAwayException if it does not come back in time, or at once if that was asked for
   */
  void requireConnected(String what, Deadline deadline) throws IOException, InterruptedException {
    if (connected && !closed) {
      return;
    }
    try (Wait wait = newWait()) {
      // A try waits for no holder, but for the server it waits as for any answer.
      Deadline limit =
          deadline.limited() && deadline.passed()
              ? Deadline.after(settings.replyTimeout())
              : deadline;
      while (!connected || closed) {
        if (closed) {
          throw new IllegalStateException(what + ": the connection to ZooKeeper was closed");
        }
        // Before the first connection nothing was interrupted.
        if ((settings.refuseWhileSuspended() && wasConnected) || !wait.await(limit)) {
          throw away(what);
        }
      }
    }
  }

  private ServerAwayException away(String what) {
    return new ServerAwayException(
        what
            + ": no connection to ZooKeeper at "
            + settings.hosts()
            + ": what is held or free is unknown until it is back");
  }

  // --- waiting ----------------------------------------------------------------------------------

  Wait newWait() {
    Wait wait = new Wait(client.newWatcherRemoveCuratorFramework());
    waits.add(wait);
    return wait;
  }

  /** Whether a node is there, to be asked when another one is gone. */
  static final class Next {
    private final String path;
    private volatile long sentNanos;
    private volatile @Nullable CompletableFuture<CuratorEvent> answer;

    private Next(String path) {
      this.path = path;
    }

    /** Null if the other node was not seen to go. */
    @Nullable CompletableFuture<CuratorEvent> answer() {
      return answer;
    }

    long sentNanos() {
      return sentNanos;
    }
  }

  /** One thread that waits for a change of a node, or of the connection. */
  final class Wait implements AutoCloseable, CuratorWatcher {
    private final WatcherRemoveCuratorFramework watcher;
    private CompletableFuture<Boolean> change = new CompletableFuture<>();
    private volatile boolean fired;
    private volatile boolean watches;
    private volatile @Nullable Next next;

    private Wait(WatcherRemoveCuratorFramework watcher) {
      this.watcher = watcher;
    }

    synchronized void wake() {
      change.complete(true);
    }

    @Override
    public void process(org.apache.zookeeper.WatchedEvent event) {
      if (event.getType() != EventType.None) {
        fired = true;
      }
      Next asked = next;
      if (asked != null && event.getType() == EventType.NodeDeleted) {
        // Here and now: to wake the waiter first would be a change of threads more.
        asked.sentNanos = System.nanoTime();
        CompletableFuture<CuratorEvent> answer = exists(asked.path);
        asked.answer = answer;
        var _ = answer.whenComplete((_, _) -> wake());
      } else {
        wake();
      }
    }

    /** What is asked as soon as the node that is watched is gone. */
    Next whenGone(String path) {
      Next asked = new Next(path);
      next = asked;
      return asked;
    }

    private synchronized CompletableFuture<Boolean> next() {
      return change;
    }

    @SuppressWarnings("ReferenceEquality") // whether it is that very one
    private synchronized void seen(CompletableFuture<Boolean> change) {
      if (this.change == change) {
        this.change = new CompletableFuture<>();
      }
    }

    /**
     * Waits for the next change.
     *
     * @return false if the deadline passed before it came
     */
    boolean await(Deadline deadline) throws InterruptedException {
      CompletableFuture<Boolean> next = next();
      try {
        if (deadline.limited()) {
          next.get(Math.max(0, deadline.left()), TimeUnit.NANOSECONDS);
        } else {
          next.get();
        }
        seen(next);
        return true;
      } catch (TimeoutException late) {
        return false;
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      }
    }

    @Override
    public void close() {
      waits.remove(this);
      if (watches && !fired && connected) {
        watcher.removeWatchers();
      }
    }
  }

  // --- questions --------------------------------------------------------------------------------

  /** A question to the ensemble. */
  private interface Question {
    void send() throws Exception;
  }

  private CompletableFuture<CuratorEvent> ask(
      CompletableFuture<CuratorEvent> answer, Question question) {
    try {
      question.send();
    } catch (Exception e) {
      answer.completeExceptionally(e);
    }
    return answer;
  }

  /** Before what is asked next the server that we are connected to catches up with the others. */
  void sync(String path) {
    CompletableFuture<CuratorEvent> synced = new CompletableFuture<>();
    var _ =
        ask(synced, () -> client.sync().inBackground((_, e) -> synced.complete(e)).forPath(path));
  }

  CompletableFuture<CuratorEvent> children(String path) {
    CompletableFuture<CuratorEvent> answer = new CompletableFuture<>();
    return ask(
        answer,
        () -> client.getChildren().inBackground((_, e) -> answer.complete(e)).forPath(path));
  }

  CompletableFuture<CuratorEvent> exists(String path) {
    CompletableFuture<CuratorEvent> answer = new CompletableFuture<>();
    return ask(
        answer,
        () -> client.checkExists().inBackground((_, e) -> answer.complete(e)).forPath(path));
  }

  CompletableFuture<CuratorEvent> data(String path) {
    CompletableFuture<CuratorEvent> answer = new CompletableFuture<>();
    return ask(
        answer, () -> client.getData().inBackground((_, e) -> answer.complete(e)).forPath(path));
  }

  /** Not by a look at whether it exists, which would leave a watch behind where it does not. */
  CompletableFuture<CuratorEvent> watch(String path, Wait wait) {
    CompletableFuture<CuratorEvent> answer = new CompletableFuture<>();
    wait.watches = true;
    return ask(
        answer,
        () ->
            wait.watcher
                .getData()
                .usingWatcher(wait)
                .inBackground((_, e) -> answer.complete(e))
                .forPath(path));
  }

  CompletableFuture<CuratorEvent> watchChildren(String path, Wait wait) {
    CompletableFuture<CuratorEvent> answer = new CompletableFuture<>();
    wait.watches = true;
    return ask(
        answer,
        () ->
            wait.watcher
                .getChildren()
                .usingWatcher(wait)
                .inBackground((_, e) -> answer.complete(e))
                .forPath(path));
  }

  CompletableFuture<CuratorEvent> createContainer(String path, byte[] data) {
    CompletableFuture<CuratorEvent> answer = new CompletableFuture<>();
    return ask(
        answer,
        () ->
            client
                .create()
                .creatingParentContainersIfNeeded()
                .withMode(CreateMode.CONTAINER)
                .inBackground((_, e) -> answer.complete(e))
                .forPath(path, data));
  }

  /** Tried again until it is sure that the node is gone. */
  CompletableFuture<CuratorEvent> delete(String path) {
    CompletableFuture<CuratorEvent> answer = new CompletableFuture<>();
    return ask(
        answer,
        () ->
            client.delete().guaranteed().inBackground((_, e) -> answer.complete(e)).forPath(path));
  }

  /** True if the answer says nothing but that the connection or the session was interrupted. */
  static boolean isInterruption(@Nullable Code code) {
    return code == Code.CONNECTIONLOSS
        || code == Code.SESSIONEXPIRED
        || code == Code.SESSIONMOVED
        || code == Code.OPERATIONTIMEOUT;
  }

  /** Waits for an answer. */
  CuratorEvent await(CompletableFuture<CuratorEvent> answer, String what)
      throws IOException, InterruptedException {
    try {
      return answer.get(settings.replyTimeout().toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw away(what);
    } catch (ExecutionException e) {
      throw failure(what, e.getCause() == null ? e : e.getCause());
    }
  }

  /** Waits for an answer that nobody needs, so that what was asked for is done by then. */
  void awaitQuietly(CompletableFuture<?> answer) {
    boolean interrupted = false;
    Deadline limit = Deadline.after(settings.replyTimeout());
    while (connected && !closed && !limit.passed()) {
      try {
        answer.get(Math.max(0, limit.left()), TimeUnit.NANOSECONDS);
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (ExecutionException | TimeoutException itIsTriedAgainWithoutUs) {
        break;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Throws what is not a good answer. */
  void require(CuratorEvent answer, String what) throws IOException {
    Code code = Code.get(answer.getResultCode());
    if (code != Code.OK) {
      throw failure(
          what,
          code == null
              ? new IOException("code " + answer.getResultCode())
              : KeeperException.create(code, answer.getPath()));
    }
  }

  IOException failure(String what, Throwable cause) {
    if (closed) {
      return new IOException(what + ": the connection to ZooKeeper was closed", cause);
    }
    if (!(cause instanceof KeeperException refused)) {
      return new IOException(what + ": ZooKeeper at " + settings.hosts() + ": " + cause, cause);
    }
    String path = refused.getPath() == null ? settings.path() : refused.getPath();
    String why =
        switch (refused.code()) {
          case NOAUTH ->
              path
                  + " is not ours to use: give the credentials of whoever made it, or take"
                  + " another path (NOAUTH)";
          case AUTHFAILED -> refused(settings);
          case NOTREADONLY ->
              "this server is cut off from the others and only lets read (NOTREADONLY)";
          case UNIMPLEMENTED ->
              "this server is too old: version 3.5.3 or later is needed (UNIMPLEMENTED)";
          case INVALIDACL -> "the rights of " + path + " cannot be set (INVALIDACL)";
          case QUOTAEXCEEDED -> "the quota of " + path + " is used up (QUOTAEXCEEDED)";
          case SESSIONCLOSEDREQUIRESASLAUTH ->
              "this server wants SASL (SESSIONCLOSEDREQUIRESASLAUTH)";
          case CONNECTIONLOSS, OPERATIONTIMEOUT, REQUESTTIMEOUT, SESSIONEXPIRED -> "";
          default -> path + ": " + refused.code();
        };
    return why.isEmpty()
        ? new ServerAwayException(away(what).getMessage() + " (" + refused.code() + ")", cause)
        : new IOException(what + ": ZooKeeper at " + settings.hosts() + ": " + why, cause);
  }

  /** DIGEST-MD5 is no algorithm of FIPS, and then no word is said to the server. */
  static String refused(ZooKeeperSettings settings) {
    String fips = settings.client().getOrDefault("zookeeper.fips-mode", "true");
    return "our credentials are refused (AUTHFAILED)"
        + (fips.equals("true") && settings.credentials().isEmpty()
            ? "; if they are a password by SASL (DIGEST-MD5): that needs zookeeper.fips-mode=false"
            : "");
  }

  // --- what is held -----------------------------------------------------------------------------

  ZooKeeperClaim grant(String lock, String path, Stat stat, Consumer<LockLostException> lost) {
    ZooKeeperClaim claim =
        new ZooKeeperClaim(this, lock, path, stat.getCzxid(), stat.getEphemeralOwner(), lost);
    claims.add(claim);
    startTheClock();
    if (closed) {
      // By somebody who did not see it yet.
      lose(claim, "the connection was closed");
    }
    // It may have ended before it was in the list.
    if (!is(claim.owner) && connected) {
      lose(claim, "its session is over");
    }
    return claim;
  }

  void check(ZooKeeperClaim claim) throws IOException {
    if (lostByTime(claim)) {
      return;
    }
    try {
      requireConnected(claim.lock, Deadline.after(untilLost()));
      long sent = System.nanoTime();
      sync(claim.path);
      CuratorEvent seen = await(exists(claim.path), claim.lock);
      Code code = Code.get(seen.getResultCode());
      if (code == Code.NONODE) {
        lose(claim, "its node is gone");
      } else {
        require(seen, claim.lock);
        if (seen.getStat().getEphemeralOwner() != claim.owner) {
          lose(claim, "its node belongs to another session");
        } else {
          heard(claim.owner, sent);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ServerAwayException(claim.lock + ": interrupted while the server was asked", e);
    } catch (ServerAwayException unknown) {
      if (!lostByTime(claim)) {
        throw unknown;
      }
    }
  }

  /** Has the loss told at once if somebody removes the node. */
  void watchClaim(ZooKeeperClaim claim) {
    CompletableFuture<CuratorEvent> answer = new CompletableFuture<>();
    CuratorWatcher watcher =
        event -> {
          if (event.getType() == EventType.NodeDeleted) {
            lose(claim, "its node is gone");
          }
        };
    var _ =
        ask(
            answer,
            () ->
                client
                    .getData()
                    .usingWatcher(watcher)
                    .inBackground(
                        (_, e) -> {
                          if (e.getResultCode() == Code.NONODE.intValue()) {
                            lose(claim, "its node is gone");
                          }
                        })
                    .forPath(claim.path));
  }

  void release(ZooKeeperClaim claim, boolean lost) throws IOException {
    claims.remove(claim);
    if (closed) {
      return;
    }
    int before = interruptions;
    CompletableFuture<CuratorEvent> gone = delete(claim.path);
    if (lost) {
      return;
    }
    boolean interrupted = Thread.interrupted();
    try {
      CuratorEvent answer = await(gone, claim.lock);
      Code code = Code.get(answer.getResultCode());
      if (code == Code.SESSIONEXPIRED
          || (code == Code.NONODE && (interruptions == before || claim.owner != sessionId()))) {
        // Within one session an interruption may hide that it was ours that came first.
        throw new LockLostException(claim.lock, "its node is gone");
      }
      if (code != Code.OK && code != Code.NONODE) {
        require(answer, claim.lock);
      }
    } catch (InterruptedException e) {
      interrupted = true;
    } catch (ServerAwayException e) {
      throw new ServerAwayException(
          claim.lock
              + ": ZooKeeper did not say that it is free now; it is told again, and frees it at"
              + " the latest when the session is over",
          e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void lose(ZooKeeperClaim claim, String why) {
    claims.remove(claim);
    if (claim.lost(why)) {
      // Where the session lives on, nobody else would remove it.
      var _ = delete(claim.path);
    }
  }

  // --- the clock --------------------------------------------------------------------------------

  /** A question that was sent then was answered in this session. */
  synchronized void heard(long owner, long sentNanos) {
    if (owner != heardSession) {
      heardSession = owner;
      heardNanos = sentNanos;
    } else if (sentNanos - heardNanos > 0) {
      heardNanos = sentNanos;
    }
  }

  private synchronized long nanosLeft() {
    return heardNanos + timeoutNanos() / 4 * 3 - System.nanoTime();
  }

  private Duration untilLost() {
    return Duration.ofNanos(Math.max(0, nanosLeft()));
  }

  Instant validUntil() {
    return Instant.now().plusNanos(nanosLeft());
  }

  private boolean lostByTime(ZooKeeperClaim claim) {
    if (nanosLeft() > 0) {
      return false;
    }
    lose(claim, "nothing was heard from ZooKeeper for too long");
    return true;
  }

  /** Asks something, so that the ensemble and we hear from each other. */
  private void beat() {
    try {
      ZooKeeper handle = client.getZookeeperClient().getZooKeeper();
      long sent = System.nanoTime();
      handle.exists(
          "/",
          false,
          (rc, _, _, _) -> {
            if (rc == Code.OK.intValue()) {
              heard(handle.getSessionId(), sent);
            }
          },
          null);
    } catch (Exception notNow) {
      // The clock runs on, and is the judge.
      return;
    }
  }

  /** Only one is ever running, however often something is taken and let go. */
  private void startTheClock() {
    if (ticking.compareAndSet(false, true)) {
      clock.execute(this::tick);
    }
  }

  /** For tests: how many are to come. */
  int ticks() {
    return clock.getQueue().size();
  }

  private void tick() {
    if (closed) {
      return;
    }
    if (claims.isEmpty()) {
      ticking.set(false);
      // Something may have been granted in between.
      if (!claims.isEmpty()) {
        startTheClock();
      }
      return;
    }
    try {
      if (nanosLeft() <= 0) {
        claims.forEach(this::lostByTime);
      } else if (connected) {
        beat();
      }
    } catch (RuntimeException failure) {
      // The clock runs on: without it no loss would be noticed any more.
      Thread me = Thread.currentThread();
      me.getUncaughtExceptionHandler().uncaughtException(me, failure);
    }
    long next = Math.min(timeoutNanos() / BEATS, Math.max(nanosLeft(), 1_000_000));
    if (!closed) {
      var _ = clock.schedule(this::tick, Math.max(next, 1_000_000), TimeUnit.NANOSECONDS);
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    clock.shutdownNow();
    for (ZooKeeperClaim claim : Set.copyOf(claims)) {
      claims.remove(claim);
      claim.lost("the connection was closed");
    }
    client.close();
    waits.forEach(Wait::wake);
  }
}
