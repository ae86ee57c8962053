package dev.holdfast.locks;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the current thread acquired and did not let go: to refuse orders that can deadlock. Only its
 * own thread touches it; a {@link LocalHeld} that another thread closed is found closed here.
 */
final class HeldStack {
  private static final ThreadLocal<HeldStack> CURRENT = ThreadLocal.withInitial(HeldStack::new);

  private @Nullable LocalHeld[] items = new @Nullable LocalHeld[4];
  private int size;

  static HeldStack current() {
    return CURRENT.get();
  }

  /** Drops what was closed from the top. */
  boolean isEmpty() {
    while (size > 0) {
      LocalHeld top = items[size - 1];
      if (top != null && top.binds()) {
        return false;
      }
      items[--size] = null;
    }
    return true;
  }

  void push(LocalHeld held) {
    if (!isEmpty() && size == items.length) {
      compact();
      if (size > items.length / 2) {
        items = Arrays.copyOf(items, items.length * 2);
      }
    }
    items[size++] = held;
  }

  private void compact() {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      LocalHeld item = items[i];
      if (item != null && item.binds()) {
        items[kept++] = item;
      }
    }
    Arrays.fill(items, kept, size, null);
    size = kept;
  }

  /**
   * Refuses a blocking request that could wait for ever.
   *
   * @param wanted what is about to be waited for
   */
  void refuse(String name, Key wanted) {
    if (isEmpty()) {
      return;
    }
    for (int i = 0; i < size; i++) {
      LocalHeld held = items[i];
      if (held == null || !held.binds()) {
        continue;
      }
      int order = wanted.compareTo(held.slot().key);
      if (order == 0) {
        throw new LockReentryException(name, held.placeOrLast(), Place.here());
      }
      if (order < 0) {
        throw new LockOrderException(held.name(), held.placeOrLast(), name, Place.here());
      }
    }
  }
}
