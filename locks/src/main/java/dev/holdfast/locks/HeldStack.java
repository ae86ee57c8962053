package dev.holdfast.locks;

import java.util.Arrays;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the current thread acquired and did not let go: to refuse orders that can deadlock.
 *
 * <p>Only its own thread touches it. What was let go stays in it until there is need for room, so
 * that a thread that takes the same lock again and again writes nothing here: a slot knows its
 * exclusive owner itself.
 */
final class HeldStack {
  private static final ThreadLocal<HeldStack> CURRENT = ThreadLocal.withInitial(HeldStack::new);

  private final Thread me = Thread.currentThread();
  private @Nullable Slot[] alone = new @Nullable Slot[4];
  private int aloneSize;
  private @Nullable LocalHeld[] shared = new @Nullable LocalHeld[4];
  private int sharedSize;

  static HeldStack current() {
    return CURRENT.get();
  }

  /** The thread became the exclusive owner of a slot that did not know it before. */
  void owns(Slot slot) {
    for (int i = 0; i < aloneSize; i++) {
      if (alone[i] == slot) {
        return;
      }
    }
    if (aloneSize == alone.length) {
      aloneSize = compact(alone, aloneSize, old -> old.isOwnedBy(me) || !old.forget(me));
      alone = withRoom(alone, aloneSize);
    }
    alone[aloneSize++] = slot;
  }

  void shares(LocalHeld held) {
    if (sharedSize == shared.length) {
      sharedSize = compact(shared, sharedSize, LocalHeld::binds);
      shared = withRoom(shared, sharedSize);
    }
    shared[sharedSize++] = held;
  }

  private static <T> int compact(@Nullable T[] items, int size, Predicate<T> keep) {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      T item = items[i];
      if (item != null && keep.test(item)) {
        items[kept++] = item;
      }
    }
    Arrays.fill(items, kept, size, null);
    return kept;
  }

  private static <T> @Nullable T[] withRoom(@Nullable T[] items, int size) {
    return size > items.length / 2 ? Arrays.copyOf(items, items.length * 2) : items;
  }

  /**
   * Refuses a blocking request that could wait for ever.
   *
   * @param wanted what is about to be waited for
   */
  void refuse(String name, Slot wanted, Mode mode) {
    for (int i = 0; i < aloneSize; i++) {
      Slot slot = alone[i];
      if (slot != null && slot.isOwnedBy(me)) {
        refuse(name, wanted, slot, true);
      }
    }
    for (int i = 0; i < sharedSize; i++) {
      LocalHeld held = shared[i];
      if (held != null && held.binds()) {
        refuse(name, wanted, held.slot(), mode == Mode.EXCLUSIVE);
      }
    }
  }

  private static void refuse(String name, Slot wanted, Slot held, boolean conflict) {
    int order = wanted == held ? 0 : wanted.key.compareTo(held.key);
    if (order == 0 || (conflict && wanted.key.overlaps(held.key))) {
      throw new LockReentryException(name, placeOf(held), Place.here());
    }
    if (order < 0) {
      throw new LockOrderException(held.engine.name(), placeOf(held), name, Place.here());
    }
  }

  private static Place placeOf(Slot slot) {
    Place last = slot.lastPlace;
    return last != null ? last : Place.here();
  }
}
