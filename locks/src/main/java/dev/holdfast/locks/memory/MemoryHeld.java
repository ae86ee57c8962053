package dev.holdfast.locks.memory;

import dev.holdfast.locks.Held;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.LockLostException;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.Place;
import dev.holdfast.locks.event.LockEvents;
import dev.holdfast.locks.event.LockHoldEvent;
import dev.holdfast.locks.process.HeldStack;
import dev.holdfast.locks.process.Loss;
import dev.holdfast.locks.process.ThreadQueue;
import dev.holdfast.locks.process.Upkeep;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A {@link SharedMemoryLock} that is held. While it is held exclusively, the word in the shared
 * memory alone decides which of several calls of {@link #close} and {@link #downgrade} comes first:
 * each of them replaces the word of this very holding. All else happens under this object's
 * monitor, except for the usual close.
 */
final class MemoryHeld implements Held, HeldStack.Share {
  /** It was held shared, and let go. */
  private static final long LEFT = -1;

  private static final VarHandle TAKEN;
  private static final VarHandle CLOSED;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      TAKEN = lookup.findVarHandle(MemoryHeld.class, "taken", long.class);
      CLOSED = lookup.findVarHandle(MemoryHeld.class, "closed", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final SharedMemoryLock lock;
  private final MemoryCell cell;
  private final @Nullable Place place;

  /** The generation; or {@link MemoryCell#SHARED}, or {@link #LEFT}. Changed under the monitor. */
  private long taken;

  /** Set by whoever is going to let go, before the word shows it. */
  private volatile boolean closed;

  private volatile boolean detached;

  /** Made when somebody wants to be told. */
  private volatile @Nullable Loss loss;

  /** Whoever holds it knows that it was lost. */
  private volatile boolean told;

  /** When it was granted; see {@link Upkeep}. */
  private final int grantedInEpoch;

  private final @Nullable LockHoldEvent event = LockEvents.holds();

  MemoryHeld(SharedMemoryLock lock, MemoryCell cell, long taken, @Nullable Place place) {
    this.lock = lock;
    this.cell = cell;
    this.taken = taken;
    this.place = place;
    this.grantedInEpoch = Upkeep.epoch;
  }

  private long taken() {
    return (long) TAKEN.getVolatile(this);
  }

  @Override
  public HostLock lock() {
    return lock;
  }

  @Override
  public Mode mode() {
    return taken() > MemoryCell.SHARED ? Mode.EXCLUSIVE : Mode.SHARED;
  }

  @Override
  public boolean isOpen() {
    return !closed;
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException(lock.name() + " is not held any more");
    }
  }

  @Override
  public ThreadQueue queue() {
    return cell;
  }

  @Override
  public boolean binds() {
    return !detached && taken() == MemoryCell.SHARED && isOpen();
  }

  @Override
  public synchronized long token() {
    long generation = taken == MemoryCell.SHARED ? cell.keptGeneration() : taken;
    requireOpen();
    return generation;
  }

  @Override
  public void ensureValid() throws IOException {
    try {
      look();
    } catch (LockLostException lost) {
      tellLost();
      throw lost;
    }
  }

  private synchronized void look() throws IOException {
    boolean held = cell.isHeld(taken);
    requireOpen();
    if (!held) {
      throw overwritten();
    }
    cell.requireInPlace();
  }

  private LockLostException overwritten() {
    return new LockLostException(lock.name(), "the shared memory was overwritten");
  }

  private void tellLost() {
    told = true;
    Loss listening = listening();
    if (listening != null) {
      listening.tell();
    }
  }

  private synchronized @Nullable Loss listening() {
    return loss;
  }

  @Override
  public void onLost(Runnable action) {
    Loss listening;
    synchronized (this) {
      requireOpen();
      if (loss == null) {
        loss = new Loss(this::look, cell::watch);
      }
      listening = loss;
    }
    listening.onLost(action);
  }

  @Override
  public void downgrade() throws LockLostException {
    if (!downgraded()) {
      tellLost();
      throw overwritten();
    }
  }

  private synchronized boolean downgraded() {
    requireOpen();
    if (taken != MemoryCell.SHARED) {
      boolean mine = !detached && cell.isOwnedBy(Thread.currentThread(), taken);
      if (!cell.downgrade(taken)) {
        requireOpen();
        return false;
      }
      TAKEN.setVolatile(this, MemoryCell.SHARED);
      if (mine) {
        HeldStack.current().shares(this);
      }
    }
    return true;
  }

  @Override
  public synchronized boolean tryUpgrade() throws IOException {
    requireOpen();
    if (taken == MemoryCell.SHARED) {
      long generation = cell.upgrade();
      if (generation == MemoryCell.BUSY) {
        return false;
      }
      TAKEN.setVolatile(this, generation);
      if (!detached) {
        HeldStack.current().owns(cell, generation);
      }
    }
    return true;
  }

  @Override
  public synchronized Held detach() {
    detached = true;
    cell.disown(taken);
    return this;
  }

  @Override
  public Optional<Place> place() {
    return Optional.ofNullable(place);
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    LockLostException lost = lossBeforeRelease();
    Mode mode = event == null ? Mode.EXCLUSIVE : mode();
    // Not as volatile: it only has to come before the compare-and-set, which waits for it as it is.
    CLOSED.setOpaque(this, true);
    long generation = (long) TAKEN.getOpaque(this);
    if (generation <= MemoryCell.SHARED || !cell.release(generation)) {
      closeSlowly();
    }
    if (event != null) {
      LockEvents.held(event, lock.name(), lock.kind().word(), mode == Mode.SHARED);
    }
    if (lost != null) {
      tellLost();
      throw new UncheckedIOException(lost);
    }
  }

  /** As for other kinds: a look once in an epoch. */
  private @Nullable LockLostException lossBeforeRelease() {
    if (loss != null && loss.end()) {
      told = true;
    }
    if (told || (place == null && grantedInEpoch == Upkeep.epoch)) {
      return null;
    }
    try {
      look();
      return null;
    } catch (LockLostException lost) {
      return lost;
    } catch (IOException | IllegalStateException unknown) {
      return null;
    }
  }

  /** It is shared; or another call came first: of this method, or of one that changed the mode. */
  private synchronized void closeSlowly() {
    if (taken == MemoryCell.SHARED) {
      TAKEN.setVolatile(this, LEFT);
      cell.leave();
    } else if (taken != LEFT) {
      cell.release(taken);
    }
  }

  @Override
  public String toString() {
    return lock.name() + (isOpen() ? " held " + mode() : " released");
  }
}
