package dev.holdfast.locks.process;

import dev.holdfast.libc.Errno;
import dev.holdfast.locks.Key;
import java.nio.file.FileSystemException;
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
    if (tight && ALL.size() < FEW / 2) {
      tight = false;
    }
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

  /** There were no descriptors left, and most of what took them is still there. */
  private static volatile boolean tight;

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

  /** Nobody has it any more. It is kept for the next who wants it, unless others need the room. */
  static void left(Slot slot) {
    if (tight) {
      retire(slot);
    }
  }

  /**
   * For a second try: returns if it failed for want of descriptors and there are more now.
   *
   * @param again whether this was the second try
   */
  public static void makeRoomFor(FileSystemException failed, boolean again)
      throws FileSystemException {
    String reason = failed.getReason();
    if (reason == null
        || !(reason.contains(Errno.EMFILE.message) || reason.contains(Errno.ENFILE.message))) {
      throw failed;
    }
    if (again || !makeRoom()) {
      FileSystemException full =
          new FileSystemException(
              failed.getFile(),
              null,
              reason
                  + "; each lock that is held has a file open: let go of some, or raise ulimit -n"
                  + " (of a service, LimitNOFILE=)");
      full.initCause(failed);
      throw full;
    }
  }

  /** No descriptor is left: closes all that are idle; true if there were any. */
  public static boolean makeRoom() {
    tight = true;
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
