package dev.holdfast.locks.process;

import dev.holdfast.locks.Key;
import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** All slots of this process, by key. */
public final class Slots {
  private static final ConcurrentMap<Key, Slot> ALL = new ConcurrentHashMap<>();

  private Slots() {}

  /** Makes an engine for a key that has none yet; may leave a descriptor with {@code close}. */
  interface Opening {
    Engine open() throws IOException;
  }

  /** The slot of this key, with this engine if there was none; else the engine is disposed of. */
  public static Slot of(Engine engine) {
    Slot fresh = new Slot(engine);
    fresh.usedInEpoch = Upkeep.epoch;
    Slot there = ALL.putIfAbsent(engine.key(), fresh);
    if (there == null) {
      Upkeep.stir();
      return fresh;
    }
    engine.dispose();
    return there;
  }

  /** Closes what was not used since; answers how many are left open. */
  public static int retireUnusedSince(int epoch) {
    for (Slot slot : ALL.values()) {
      if (slot.usedInEpoch - epoch <= 0) {
        retire(slot);
      }
    }
    return ALL.size();
  }

  private static void retire(Slot slot) {
    // Out of the table only after it is dead: until then a newcomer must find it and wait in it.
    if (slot.retire()) {
      ALL.remove(slot.key, slot);
    }
  }

  /** It is dead. */
  static void forget(Slot slot) {
    ALL.remove(slot.key, slot);
  }

  /** For the table of holders and for tests. */
  static Iterable<Slot> all() {
    return ALL.values();
  }
}
