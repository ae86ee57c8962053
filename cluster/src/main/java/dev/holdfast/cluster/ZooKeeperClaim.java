package dev.holdfast.cluster;

import dev.holdfast.locks.LockLostException;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A node that was granted the lock. What becomes of it, its session knows. */
final class ZooKeeperClaim implements Claim {
  final String lock;
  final String path;

  /**
   * The transaction that made the node: it grows from node to node, also when the parent was made
   * again and the numbers of its children began anew.
   */
  private final long czxid;

  final long owner;
  private final ZooKeeperSession session;
  private final Consumer<LockLostException> told;
  private boolean over;

  /** Set together with {@link #over}, so that nobody is told it is held before the loss is told. */
  private @Nullable LockLostException why;

  ZooKeeperClaim(
      ZooKeeperSession session,
      String lock,
      String path,
      long czxid,
      long owner,
      Consumer<LockLostException> told) {
    this.session = session;
    this.lock = lock;
    this.path = path;
    this.czxid = czxid;
    this.owner = owner;
    this.told = told;
  }

  @Override
  public long token() {
    return czxid;
  }

  @Override
  public void check() throws IOException {
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

  /** True for the first who ends it. */
  synchronized boolean end() {
    boolean first = !over;
    over = true;
    return first;
  }

  /** True if it was not over. */
  boolean lost(String cause) {
    LockLostException known = new LockLostException(lock, cause);
    synchronized (this) {
      if (over) {
        return false;
      }
      over = true;
      why = known;
    }
    told.accept(known);
    return true;
  }

  private synchronized void throwIfLost() throws LockLostException {
    if (why != null) {
      throw why;
    }
  }

  /** For tests. */
  synchronized boolean isOver() {
    return over;
  }
}
