package dev.holdfast.locks.process;

import dev.holdfast.locks.LockOrder;
import dev.holdfast.locks.LockReentryException;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.Place;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the current thread acquired and did not let go: to refuse orders that can deadlock.
 *
 * <p>Only its own thread touches it. What was let go stays in it until there is need for room, so
 * that a thread that takes the same lock again and again does not have to enter it each time: a
 * {@link ThreadQueue} knows, or finds out by the generation, whether it is still held.
 */
@SuppressWarnings("ReferenceEquality") // threads and queues are themselves only
public final class HeldStack {
  private static final ThreadLocal<HeldStack> CURRENT = ThreadLocal.withInitial(HeldStack::new);

  private final Thread me = Thread.currentThread();
  private @Nullable ThreadQueue[] alone = new @Nullable ThreadQueue[4];

  /** For each of those the generation that was acquired last, or is being acquired. */
  private long[] generations = new long[4];

  private int aloneSize;
  private @Nullable Share[] shared = new @Nullable Share[4];
  private int sharedSize;

  private HeldStack() {}

  /** What is held in shared mode. */
  public interface Share {
    /** True while the thread that acquired it, sharing it, answers for it. */
    boolean binds();

    ThreadQueue queue();
  }

  public static HeldStack current() {
    return CURRENT.get();
  }

  @SuppressWarnings("ReferenceEquality") // a thread is itself only
  public boolean isOfCurrentThread() {
    return me == Thread.currentThread();
  }

  /**
   * The thread became the exclusive owner.
   *
   * @param generation 0 where there are none
   */
  public void owns(ThreadQueue queue, long generation) {
    int at = find(queue);
    if (at < 0) {
      if (aloneSize == alone.length) {
        makeRoom();
      }
      at = aloneSize++;
      alone[at] = queue;
    }
    generations[at] = generation;
  }

  /** Where this is kept in mind, held or not; negative if it is not. */
  public int find(ThreadQueue queue) {
    for (int i = 0; i < aloneSize; i++) {
      if (alone[i] == queue) {
        return i;
      }
    }
    return -1;
  }

  public long generation(int at) {
    return generations[at];
  }

  public void setGeneration(int at, long generation) {
    generations[at] = generation;
  }

  private void makeRoom() {
    int kept = 0;
    for (int i = 0; i < aloneSize; i++) {
      ThreadQueue queue = alone[i];
      if (queue != null && (queue.isOwnedBy(me, generations[i]) || !queue.forget(me))) {
        alone[kept] = queue;
        generations[kept++] = generations[i];
      }
    }
    Arrays.fill(alone, kept, aloneSize, null);
    aloneSize = kept;
    if (kept > alone.length / 2) {
      alone = Arrays.copyOf(alone, alone.length * 2);
      generations = Arrays.copyOf(generations, alone.length);
    }
  }

  public void shares(Share held) {
    if (sharedSize == shared.length) {
      makeRoomForShares();
    }
    shared[sharedSize++] = held;
  }

  /** True if the thread has acquired it in shared mode, and answers for that. */
  public boolean isSharing(ThreadQueue queue) {
    for (int i = 0; i < sharedSize; i++) {
      Share held = shared[i];
      if (held != null && held.queue() == queue && held.binds()) {
        return true;
      }
    }
    return false;
  }

  private void makeRoomForShares() {
    int kept = 0;
    for (int i = 0; i < sharedSize; i++) {
      Share held = shared[i];
      if (held != null && held.binds()) {
        shared[kept++] = held;
      }
    }
    Arrays.fill(shared, kept, sharedSize, null);
    sharedSize = kept;
    if (kept > shared.length / 2) {
      shared = Arrays.copyOf(shared, shared.length * 2);
    }
  }

  /**
   * Refuses a blocking request that could wait for ever.
   *
   * @param wanted what is about to be waited for
   */
  public void refuse(String name, ThreadQueue wanted, Mode mode) {
    refuseAgain(name, wanted);
    refuseForOthers(name, wanted, mode);
  }

  /** Refuses what the thread owns already. */
  private void refuseAgain(String name, ThreadQueue wanted) {
    int at = find(wanted);
    if (at >= 0 && wanted.isOwnedBy(me, generations[at])) {
      throw new LockReentryException(name, placeOf(wanted), Place.here());
    }
  }

  /**
   * Refuses what goes against the order of what else the thread holds: enough for what is taken
   * only if it is free, since then the thread does not own it.
   */
  public void refuseForOthers(String name, ThreadQueue wanted, Mode mode) {
    boolean others = false;
    for (int i = 0; i < aloneSize; i++) {
      ThreadQueue held = alone[i];
      if (held != null && held != wanted && held.isOwnedBy(me, generations[i])) {
        refuseSame(name, wanted, held, true);
        others = true;
      }
    }
    for (int i = 0; i < sharedSize; i++) {
      Share held = shared[i];
      if (held != null && held.binds()) {
        refuseSame(name, wanted, held.queue(), mode == Mode.EXCLUSIVE);
        others = true;
      }
    }
    if (others) {
      refuseAgain(name, wanted);
      refuseOrder(wanted);
    }
  }

  /** Refuses what is the same as something held, or a part of it. */
  private static void refuseSame(
      String name, ThreadQueue wanted, ThreadQueue held, boolean conflict) {
    if (wanted == held
        || wanted.key.equals(held.key)
        || (conflict && wanted.key.overlaps(held.key))) {
      throw new LockReentryException(name, placeOf(held), Place.here());
    }
  }

  /** Asks for the latest first, and for no more than count. */
  private void refuseOrder(ThreadQueue wanted) {
    Here here = new Here();
    int left = LockOrder.DEEPEST;
    for (int i = aloneSize - 1; i >= 0 && left > 0; i--) {
      ThreadQueue held = alone[i];
      if (held != null && held != wanted && held.isOwnedBy(me, generations[i])) {
        refuseOrder(wanted, held, here);
        left--;
      }
    }
    for (int i = sharedSize - 1; i >= 0 && left > 0; i--) {
      Share held = shared[i];
      if (held != null && held.binds()) {
        refuseOrder(wanted, held.queue(), here);
        left--;
      }
    }
  }

  private static void refuseOrder(ThreadQueue wanted, ThreadQueue held, Here here) {
    // The queue's own names: one for all names of a lock that is in use.
    LockOrder.require(held.key, held.name(), () -> placeOf(held), wanted.key, wanted.name(), here);
  }

  /** Where the thread is, looked up once if at all. */
  private static final class Here implements Supplier<Place> {
    private @Nullable Place place;

    @Override
    public Place get() {
      Place known = place;
      if (known == null) {
        known = Place.here();
        place = known;
      }
      return known;
    }
  }

  private static Place placeOf(ThreadQueue held) {
    Place last = held.lastPlace;
    return last != null ? last : Place.here();
  }
}
