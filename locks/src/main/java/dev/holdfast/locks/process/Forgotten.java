package dev.holdfast.locks.process;

import dev.holdfast.locks.Held;
import dev.holdfast.locks.Place;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells of a lock that nobody let go and nobody can let go any more: the {@link Held} was
 * forgotten. It stays locked, since nobody knows whether what it guards is in order. Told of are
 * those whose place was recorded, so not each of many acquisitions that follow one another, and of
 * each line of a program once: what is forgotten in a loop is one fault.
 */
final class Forgotten extends PhantomReference<Held> {
  private static final System.Logger LOG = System.getLogger("dev.holdfast.locks");
  private static final ReferenceQueue<Held> QUEUE = new ReferenceQueue<>();

  /** Those that are held. A reference that nobody has is not queued. */
  private static final Set<Forgotten> HELD = ConcurrentHashMap.newKeySet();

  /** The lines that were told of; only so many are kept in mind. */
  private static final Set<StackTraceElement> TOLD = ConcurrentHashMap.newKeySet();

  private static final int MOST = 256;

  private final String lock;
  private final Place place;

  private Forgotten(Held held, String lock, Place place) {
    super(held, QUEUE);
    this.lock = lock;
    this.place = place;
  }

  static Forgotten watch(Held held, Place place) {
    Forgotten one = new Forgotten(held, held.lock().name(), place);
    HELD.add(one);
    return one;
  }

  /** It was let go as it should be. */
  void closed() {
    clear();
    HELD.remove(this);
  }

  /** True if there is something to be looked after. */
  static boolean mayCome() {
    return !HELD.isEmpty();
  }

  /** Tells of those that were forgotten since the last time. */
  static void tell() {
    for (Object one = QUEUE.poll(); one != null; one = QUEUE.poll()) {
      if (one instanceof Forgotten forgotten
          && HELD.remove(forgotten)
          && firstOf(forgotten.place.frame())) {
        LOG.log(
            System.Logger.Level.WARNING,
            "{0} was acquired at {1} and never let go; it stays locked until this process ends."
                + " Close what acquire answers, best in a try-with-resources statement",
            forgotten.lock,
            forgotten.place);
      }
    }
  }

  /** True if nothing that was acquired there was told of yet. */
  static boolean firstOf(StackTraceElement line) {
    if (TOLD.size() >= MOST) {
      TOLD.clear();
    }
    return TOLD.add(line);
  }
}
