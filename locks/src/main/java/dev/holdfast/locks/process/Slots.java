package dev.holdfast.locks.process;

import dev.holdfast.locks.Key;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** All slots of this process, by key. */
public final class Slots {
  private static final ConcurrentMap<Key, Slot> ALL = new ConcurrentHashMap<>();

  private Slots() {}

  /** The slot of this key, with this engine if there was none; else the engine is disposed of. */
  public static Slot of(Engine engine) {
    Slot fresh = new Slot(engine);
    fresh.usedInEpoch = Upkeep.epoch;
    Slot there = ALL.putIfAbsent(engine.key(), fresh);
    if (there == null) {
      Upkeep.stir();
      keepFewIdle(fresh);
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

  /** So many are left alone before it is looked which of them are idle. */
  private static final int FEW = 64;

  private static volatile int most = FEW;

  /** Closes idle ones where there are many: each has a descriptor. */
  @SuppressWarnings("ReferenceEquality") // slots are themselves only
  private static void keepFewIdle(Slot fresh) {
    if (ALL.size() <= most) {
      return;
    }
    for (Slot slot : ALL.values()) {
      if (slot != fresh) {
        retire(slot);
      }
    }
    // Those that are held are not looked at again for each that comes.
    most = ALL.size() + FEW;
  }

  /** No descriptor is left: closes all that are idle; true if there were any. */
  public static boolean makeRoom() {
    int before = ALL.size();
    ALL.values().forEach(Slots::retire);
    return ALL.size() < before;
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
