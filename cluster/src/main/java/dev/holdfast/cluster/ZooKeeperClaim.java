package dev.holdfast.cluster;

import dev.holdfast.locks.LockLostException;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/** A node that was granted the lock. What becomes of it, its session knows. */
final class ZooKeeperClaim extends LosableClaim {
  final String lock;
  final String path;

  /**
   * The transaction that made the node: it grows from node to node, also when the parent was made
   * again and the numbers of its children began anew.
   */
  private final long czxid;

  final long owner;
  private final ZooKeeperSession session;

  ZooKeeperClaim(
      ZooKeeperSession session,
      String lock,
      String path,
      long czxid,
      long owner,
      Consumer<LockLostException> told) {
    super(told);
    this.session = session;
    this.lock = lock;
    this.path = path;
    this.czxid = czxid;
    this.owner = owner;
  }

  @Override
  public long token() {
    return czxid;
  }

  @Override
  public void check() throws IOException {
    // Known already: the server's answer might come only after those who are still being told.
    throwIfLost();
    session.check(this);
    throwIfLost();
  }

  @Override
  public void watch() {
    session.watchClaim(this);
  }

  @Override
  public Optional<Instant> validUntil() {
    return Optional.of(session.validUntil());
  }

  @Override
  public void release() throws IOException {
    boolean lost = !end();
    session.release(this, lost);
    throwIfLost();
  }

  /** True if it was not over. */
  boolean lost(String cause) {
    return lose(lock, cause, () -> {});
  }
}
