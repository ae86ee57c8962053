package dev.holdfast.locks.process;

import dev.holdfast.locks.Capability;
import dev.holdfast.locks.Held;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.LockLostException;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.Place;
import dev.holdfast.locks.event.LockEvents;
import dev.holdfast.locks.event.LockHoldEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A lock of this machine that is held. */
final class LocalHeld implements Held, HeldStack.Share {
  private static final int OPEN = 0;
  private static final int DETACHED = 1;
  private static final int BUSY = 2;
  private static final int CLOSED = 3;

  private static final VarHandle STATUS;

  static {
    try {
      STATUS = MethodHandles.lookup().findVarHandle(LocalHeld.class, "status", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final LocalLock<?> lock;
  private final Slot slot;

  /** Written only in between two writes of the status. */
  private Mode mode;

  private volatile int status;
  private final @Nullable Place place;
  private final @Nullable Forgotten forgotten;
  private long token;

  /** Made when somebody wants to be told. */
  private volatile @Nullable Loss loss;

  /** Whoever holds it knows that it was lost. */
  private volatile boolean told;

  /** When it was granted; see {@link Upkeep}. */
  private final int grantedInEpoch = Upkeep.epoch;

  private final @Nullable LockHoldEvent event = LockEvents.holds();

  LocalHeld(LocalLock<?> lock, Slot slot, Mode mode, @Nullable Place place) {
    this.lock = lock;
    this.slot = slot;
    this.mode = mode;
    this.place = place;
    this.forgotten = place == null ? null : Forgotten.watch(this, place);
  }

  Slot slot() {
    return slot;
  }

  @Override
  public ThreadQueue queue() {
    return slot;
  }

  @Override
  public boolean binds() {
    int now = status;
    return mode == Mode.SHARED && (now == OPEN || now == BUSY);
  }

  @Override
  public HostLock lock() {
    return lock;
  }

  @Override
  public Mode mode() {
    // The read of the status makes the last change of the mode visible.
    return status >= OPEN ? mode : Mode.SHARED;
  }

  @Override
  public boolean isOpen() {
    return status != CLOSED;
  }

  /**
   * Whoever lets go waits until it is there: raised later it would be the next holder's, or a
   * higher one than that.
   */
  @Override
  public synchronized long token() throws IOException {
    int before = begin();
    try {
      if (token == 0) {
        token = slot.engine.token(mode);
      }
      return token;
    } finally {
      status = before;
    }
  }

  @Override
  public void ensureValid() throws IOException {
    requireOpen();
    try {
      look();
    } catch (LockLostException lost) {
      tellLost();
      throw lost;
    }
  }

  private void tellLost() {
    told = true;
    Loss listening = loss;
    if (listening != null) {
      listening.tell();
    }
  }

  @Override
  public void onLost(Runnable action) {
    Loss listening;
    synchronized (this) {
      requireOpen();
      if (loss == null) {
        loss = new Loss(this::look, slot.engine::watch);
      }
      listening = loss;
    }
    listening.onLost(action);
  }

  /** Its mode does not change meanwhile. */
  private synchronized void look() throws IOException {
    requireOpen();
    try {
      slot.engine.check(mode);
      lock.checkName(slot);
    } catch (LockLostException lost) {
      // Whoever lets go says so first: it may be gone for that reason.
      requireOpen();
      throw lost;
    }
  }

  /**
   * What a look says before it is let go: after it nobody can tell. Not for each of many that
   * follow one another, to which a look costs more than the lock; those look once in an epoch.
   */
  private @Nullable LockLostException lossBeforeRelease() {
    if (told || slot.engine.releaseTells() || (place == null && grantedInEpoch == Upkeep.epoch)) {
      return null;
    }
    try {
      slot.engine.check(mode);
      lock.checkName(slot);
      return null;
    } catch (LockLostException lost) {
      return lost;
    } catch (IOException unknown) {
      return null;
    }
  }

  /** True if nobody needs to be told at the end. */
  private boolean listenNoMore() {
    Loss listening = loss;
    return listening != null && listening.end();
  }

  @Override
  public synchronized void downgrade() throws IOException {
    lock.require(Capability.CONVERT);
    int before = begin();
    try {
      if (mode == Mode.EXCLUSIVE) {
        boolean mine = slot.downgrade();
        mode = Mode.SHARED;
        if (mine && before == OPEN) {
          HeldStack.current().shares(this);
        }
      }
    } finally {
      status = before;
    }
  }

  @Override
  public synchronized boolean tryUpgrade() throws IOException {
    lock.require(Capability.CONVERT);
    int before = begin();
    try {
      if (mode == Mode.SHARED) {
        if (!slot.tryUpgrade(before == OPEN)) {
          return false;
        }
        mode = Mode.EXCLUSIVE;
        token = 0;
      }
      return true;
    } finally {
      status = before;
    }
  }

  /** With the monitor: keeps a concurrent close out until the status is set again. */
  private int begin() {
    int now;
    do {
      requireOpen();
      now = status;
    } while (now == CLOSED || !STATUS.compareAndSet(this, now, BUSY));
    return now;
  }

  @Override
  public synchronized Held detach() {
    if (status == OPEN && STATUS.compareAndSet(this, OPEN, BUSY)) {
      if (mode == Mode.EXCLUSIVE) {
        slot.disown();
      }
      status = DETACHED;
    }
    return this;
  }

  @Override
  public Optional<Place> place() {
    return Optional.ofNullable(place);
  }

  private void requireOpen() {
    if (status == CLOSED) {
      throw new IllegalStateException(lock.name() + " is not held any more");
    }
  }

  /** Lets go of it, but leaves it to those who inherited it. */
  void leaveToHeirs() {
    end(true);
  }

  @Override
  public void close() {
    end(false);
  }

  private void end(boolean heirs) {
    for (; ; ) {
      int now = status;
      if (now == CLOSED) {
        return;
      }
      if (now == BUSY) {
        awaitQuiet();
      } else if (STATUS.compareAndSet(this, now, CLOSED)) {
        break;
      }
    }
    LockLostException before = null;
    try {
      if (forgotten != null) {
        forgotten.closed();
      }
      if (listenNoMore()) {
        told = true;
      }
      before = heirs ? null : lossBeforeRelease();
    } finally {
      letGo(heirs, before);
    }
  }

  /** Until nobody changes it, and whoever does has the monitor. */
  private synchronized void awaitQuiet() {}

  private void letGo(boolean heirs, @Nullable LockLostException before) {
    LockLostException lost = before;
    try {
      if (heirs) {
        slot.leaveToHeirs(mode);
      } else {
        slot.leave(mode);
      }
    } catch (LockLostException noticedNow) {
      lost = noticedNow;
    } catch (IOException e) {
      if (before == null) {
        throw new UncheckedIOException(e);
      }
      before.addSuppressed(e);
    } finally {
      if (event != null) {
        LockEvents.held(event, lock.name(), lock.kind().word(), mode == Mode.SHARED);
      }
    }
    if (lost != null) {
      tellLost();
      throw new UncheckedIOException(lost);
    }
  }

  @Override
  public String toString() {
    return lock.name() + (isOpen() ? " held " + mode : " released");
  }
}
