package dev.holdfast.locks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Several locks that are held together. Closing lets go of all, the last taken first.
 *
 * <p><b>Guarantees.</b> All are held, or none; of each what {@link Held} says. If one was lost,
 * closing lets go of the others all the same.
 *
 * <p><b>Remaining races.</b> Those of {@link Held}.
 *
 * <p><b>Threads.</b> Safe for all.
 */
public final class HeldSet implements AutoCloseable {
  private final List<Held> held;

  HeldSet(List<Held> held) {
    this.held = List.copyOf(held);
  }

  /** In the order in which they were taken. */
  public List<Held> all() {
    return held;
  }

  /** What is held of this lock; the same object however the lock was named. */
  public Held of(HostLock lock) throws IOException {
    Key key = lock.key();
    for (Held one : held) {
      if (one.lock().key().equals(key)) {
        return one;
      }
    }
    throw new IllegalArgumentException(lock.name() + " is not in this set");
  }

  /** Asks each of them; see {@link Held#ensureValid}. */
  public void ensureValid() throws IOException {
    for (Held one : held) {
      one.ensureValid();
    }
  }

  /** Lets go of all, whatever becomes of one of them; the first failure is thrown at the end. */
  @Override
  public void close() {
    closeAll(held);
  }

  static void closeAll(List<Held> held) {
    RuntimeException failure = null;
    List<Held> reversed = new ArrayList<>(held).reversed();
    for (Held one : reversed) {
      try {
        one.close();
      } catch (RuntimeException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public String toString() {
    return held.toString();
  }
}
