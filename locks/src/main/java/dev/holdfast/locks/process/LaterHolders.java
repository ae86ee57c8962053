package dev.holdfast.locks.process;

import dev.holdfast.locks.Holder;
import dev.holdfast.locks.HostLock;
import java.io.IOException;
import java.io.Serial;
import java.io.Serializable;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The holders of a lock as they are when they are first asked for, and then for good. To find them
 * takes a look at every descriptor of the machine: a wait that has a deadline has no time for that.
 *
 * <p><b>Threads.</b> Safe for all.
 */
final class LaterHolders extends AbstractList<Holder> implements Serializable {
  private static final long serialVersionUID = 1L;

  private final transient HostLock lock;
  private transient @Nullable List<Holder> found;

  LaterHolders(HostLock lock) {
    this.lock = lock;
  }

  private synchronized List<Holder> found() {
    List<Holder> known = found;
    if (known == null) {
      try {
        known = List.copyOf(lock.holders());
      } catch (IOException unknown) {
        known = List.of();
      }
      found = known;
    }
    return known;
  }

  /** What is written is what was found: the lock is of this process only. */
  @Serial
  private Object writeReplace() {
    return new ArrayList<>(found());
  }

  @Override
  public Holder get(int index) {
    return found().get(index);
  }

  @Override
  public int size() {
    return found().size();
  }
}
