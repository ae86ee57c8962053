package dev.holdfast.cluster;

import dev.holdfast.locks.LockLostException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A claim that ends once: it is given back, or it is lost, whichever comes first. */
abstract class LosableClaim implements Claim {
  private final Consumer<LockLostException> told;
  private boolean over;

  /** Set together with {@link #over}, so that nobody is told it is held before the loss is told. */
  private @Nullable LockLostException why;

  LosableClaim(Consumer<LockLostException> told) {
    this.told = told;
  }

  final synchronized boolean isOver() {
    return over;
  }

  /** True for the first who ends it. */
  final synchronized boolean end() {
    boolean first = !over;
    over = true;
    return first;
  }

  /**
   * True for the first who ends it: then the loss is told.
   *
   * @param first what is to be done before
   */
  final boolean lose(String lock, String cause, Runnable first) {
    LockLostException known = new LockLostException(lock, cause);
    synchronized (this) {
      if (over) {
        return false;
      }
      over = true;
      why = known;
    }
    first.run();
    told.accept(known);
    return true;
  }

  final synchronized void throwIfLost() throws LockLostException {
    if (why != null) {
      throw why;
    }
  }
}
