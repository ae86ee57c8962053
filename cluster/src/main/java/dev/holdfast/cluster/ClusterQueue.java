package dev.holdfast.cluster;

import dev.holdfast.locks.Held;
import dev.holdfast.locks.Key;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.Place;
import dev.holdfast.locks.process.HeldStack;
import dev.holdfast.locks.process.ThreadQueue;
import dev.holdfast.locks.wait.Deadline;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The threads of this process that have or want one lock. */
final class ClusterQueue extends ThreadQueue {
  private final ClusterEngine engine;

  /** Whoever has it in hand. Guarded by the table of the engine. */
  int users;

  /** What is held here, without what was lost. */
  private final List<ClusterHeld> held = new ArrayList<>();

  private boolean claiming;

  ClusterQueue(ClusterEngine engine, Key key) {
    super(key);
    this.engine = engine;
  }

  @Override
  public String name() {
    return key.toString();
  }

  @Override
  public synchronized boolean isOwnedBy(Thread thread, long generation) {
    for (ClusterHeld one : held) {
      if (one.mode() == Mode.EXCLUSIVE && one.isBoundTo(thread)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean forget(Thread thread) {
    return !isOwnedBy(thread, 0);
  }

  /**
   * Waits for the lock, first here if need be, then at the server.
   *
   * @return null if the deadline passed
   */
  @Nullable Held take(ClusterLock lock, Deadline deadline)
      throws IOException, InterruptedException {
    boolean here = engine.oneClaimant();
    if (here && !enter(lock, deadline)) {
      return null;
    }
    Claim claim = null;
    ClusterHeld granted = null;
    try {
      Place asked = Place.here();
      ClusterHeld taken = new ClusterHeld(lock, this);
      claim = engine.claim(lock, deadline, taken::lost);
      if (claim != null) {
        granted = begin(taken, claim, asked);
      }
      return granted;
    } finally {
      if (here) {
        left();
      }
      if (granted == null) {
        engine.giveBack(this);
        if (claim != null) {
          // Nobody has got it, who could let go of it.
          claim.release();
        }
      }
    }
  }

  private ClusterHeld begin(ClusterHeld taken, Claim claim, Place asked) {
    Place place = asked.now();
    lastPlace = place;
    boolean begun = false;
    add(taken);
    try {
      taken.begin(claim, place);
      if (!taken.isOfSemaphore()) {
        remember(taken);
      }
      begun = true;
      return taken;
    } finally {
      if (!begun) {
        remove(taken);
      }
    }
  }

  private void remember(ClusterHeld taken) {
    if (taken.mode() == Mode.EXCLUSIVE) {
      HeldStack.current().owns(this, 0);
    } else {
      HeldStack.current().shares(taken);
    }
  }

  private boolean enter(ClusterLock lock, Deadline deadline)
      throws IOException, InterruptedException {
    boolean entered = false;
    try {
      entered =
          (!hasWaiters() && tryEnter(lock))
              || await(first -> first && tryEnter(lock) ? Step.DONE : Step.PARK, deadline);
      return entered;
    } finally {
      if (!entered) {
        engine.giveBack(this);
      }
    }
  }

  private synchronized boolean tryEnter(ClusterLock lock) {
    if (claiming || (!lock.isSemaphore() && isInTheWay(lock.mode()))) {
      return false;
    }
    claiming = true;
    return true;
  }

  private boolean isInTheWay(Mode wanted) {
    return !held.isEmpty()
        && (wanted == Mode.EXCLUSIVE || held.getFirst().mode() == Mode.EXCLUSIVE);
  }

  private void left() {
    synchronized (this) {
      claiming = false;
    }
    wakeFirst();
  }

  private synchronized void add(ClusterHeld taken) {
    held.add(taken);
  }

  /** It was let go or lost: those who wait here may have it. */
  void remove(ClusterHeld gone) {
    synchronized (this) {
      held.remove(gone);
    }
    wakeFirst();
  }

  /** Nobody has this holding in hand any more. */
  void closed() {
    engine.giveBack(this);
  }
}
