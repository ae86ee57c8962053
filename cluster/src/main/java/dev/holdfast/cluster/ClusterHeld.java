package dev.holdfast.cluster;

import dev.holdfast.locks.Capability;
import dev.holdfast.locks.Held;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.LockLostException;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.Place;
import dev.holdfast.locks.event.LockEvents;
import dev.holdfast.locks.event.LockHoldEvent;
import dev.holdfast.locks.process.HeldStack;
import dev.holdfast.locks.process.ThreadQueue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A lock of a server that is held, or was until it was lost.
 *
 * <p>A loss is told once: to all actions of {@link #onLost}, each on a thread of its own, else by
 * {@link #ensureValid}, else by {@link #close}. After it the lock belongs to others, in this
 * process too, and closing touches nothing of theirs.
 *
 * <p><b>Threads.</b> Safe for all.
 */
final class ClusterHeld implements Held, HeldStack.Share {
  private final ClusterLock lock;
  private final ClusterQueue queue;
  private final Thread owner = Thread.currentThread();
  private final List<Runnable> actions = new ArrayList<>();
  private final @Nullable LockHoldEvent event = LockEvents.holds();
  private @Nullable Claim claim;
  private @Nullable Place place;
  private @Nullable LockLostException lost;
  private boolean told;
  private volatile boolean open = true;
  private volatile boolean bound = true;

  ClusterHeld(ClusterLock lock, ClusterQueue queue) {
    this.lock = lock;
    this.queue = queue;
  }

  synchronized void begin(Claim granted, Place at) {
    claim = granted;
    place = at;
    if (lost != null) {
      queue.remove(this);
    }
  }

  /** Told by the engine. */
  void lost(LockLostException why) {
    List<Runnable> wanted;
    synchronized (this) {
      if (!open || lost != null) {
        return;
      }
      lost = why;
      bound = false;
      wanted = List.copyOf(actions);
      actions.clear();
      told |= !wanted.isEmpty();
    }
    queue.remove(this);
    wanted.forEach(ClusterHeld::push);
  }

  /** Not on the thread of the engine, which has other losses to tell. */
  private static void push(Runnable action) {
    Thread.ofVirtual().name("holdfast-lock-lost").start(action);
  }

  @Override
  public void onLost(Runnable action) {
    Claim watched;
    synchronized (this) {
      requireOpen();
      if (lost != null) {
        told = true;
        push(action);
        return;
      }
      actions.add(action);
      watched = claim();
    }
    watched.watch();
  }

  private synchronized Claim claim() {
    requireOpen();
    Claim granted = claim;
    if (granted == null) {
      throw new IllegalStateException(lock.name() + " is not granted yet");
    }
    return granted;
  }

  /** What the server granted, whatever became of it. */
  synchronized @Nullable Claim granted() {
    return claim;
  }

  private void requireOpen() {
    if (!open) {
      throw new IllegalStateException(lock.name() + " is not held any more");
    }
  }

  @SuppressWarnings("ReferenceEquality") // a thread is itself only
  boolean isBoundTo(Thread thread) {
    return bound && open && owner == thread;
  }

  @Override
  public boolean binds() {
    return bound && open;
  }

  @Override
  public ThreadQueue queue() {
    return queue;
  }

  @Override
  public HostLock lock() {
    return lock;
  }

  @Override
  public Mode mode() {
    return lock.mode();
  }

  boolean isOfSemaphore() {
    return lock.isSemaphore();
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  /** The same number after a loss: who has the resource refuses it then. */
  @Override
  public long token() throws IOException {
    Claim granted = claim();
    try {
      long token = granted.token();
      // Raised after it was let go it may be higher than that of the next holder.
      requireOpen();
      return token;
    } catch (LockLostException over) {
      requireOpen();
      throw over;
    }
  }

  @Override
  public Optional<Instant> validUntil() {
    Claim granted = claim();
    synchronized (this) {
      return lost != null ? Optional.of(Instant.EPOCH) : granted.validUntil();
    }
  }

  @Override
  public void ensureValid() throws IOException {
    Claim granted = claim();
    throwIfLost();
    try {
      granted.check();
    } catch (LockLostException why) {
      lost(why);
    }
    throwIfLost();
  }

  private synchronized void throwIfLost() throws LockLostException {
    if (lost != null) {
      told = true;
      throw lost;
    }
  }

  @Override
  public void downgrade() {
    requireOpen();
    lock.need(Capability.CONVERT);
  }

  @Override
  public boolean tryUpgrade() {
    requireOpen();
    lock.need(Capability.CONVERT);
    return false;
  }

  @Override
  public Held detach() {
    bound = false;
    return this;
  }

  @Override
  public synchronized Optional<Place> place() {
    return Optional.ofNullable(place);
  }

  @Override
  public void close() {
    Claim granted;
    IOException failure = null;
    synchronized (this) {
      if (!open) {
        return;
      }
      granted = claim();
      open = false;
      bound = false;
      if (lost != null && !told) {
        failure = lost;
      }
    }
    try {
      granted.release();
    } catch (LockLostException why) {
      synchronized (this) {
        if (lost == null) {
          lost = why;
          actions.forEach(ClusterHeld::push);
          failure = actions.isEmpty() ? why : null;
        }
      }
    } catch (IOException e) {
      failure = failure == null ? e : failure;
    } finally {
      queue.remove(this);
      queue.closed();
      if (event != null) {
        LockEvents.held(event, lock.name(), lock.kind().word(), mode() == Mode.SHARED);
      }
    }
    if (failure != null) {
      throw new UncheckedIOException(failure);
    }
  }

  @Override
  public synchronized String toString() {
    return lock.name() + (!open ? " released" : lost != null ? " lost" : " held " + mode());
  }
}
