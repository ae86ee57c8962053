package dev.holdfast.locks.process;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A clock that only ticks while locks are being acquired, and the closing of descriptors that are
 * no longer used.
 *
 * <p>An acquisition in the same epoch as the last one skips the look at the name (is the file that
 * we lock still the one the path leads to?) and the record of the place: both cost more than the
 * lock itself. The guarantee does not change in kind, since a name can be taken away just after the
 * look as well; it is a matter of one tick.
 */
public final class Upkeep {
  private static final long SECOND_NANOS = 1_000_000_000;
  private static final long TICK = 5_000_000;

  /** For the next second, if something was acquired in most ticks: the looks would add up. */
  private static final long LONG_TICK = 25_000_000;

  private static final int TICKS_OF_A_SECOND = (int) (SECOND_NANOS / TICK);

  /**
   * A property for proofs, which have to take the same way in each run, however slow that is:
   * {@code never}, and no epoch ends; {@code always}, and each look at a name is the last of its
   * epoch. Then nothing is closed for want of use.
   */
  public static final String CLOCK_PROPERTY = "dev.holdfast.locks.clock";

  private static final @Nullable String CLOCK = System.getProperty(CLOCK_PROPERTY);

  /** Changes with each tick in which something was acquired. */
  public static volatile int epoch = 1;

  private static volatile boolean stirred;
  private static volatile boolean asleep;
  private static volatile @Nullable Thread thread;

  /** What is tried again every second, as long as it says that something is left. */
  private static final Set<Chore> CHORES = ConcurrentHashMap.newKeySet();

  /** Something to be tried again. */
  public interface Chore {
    /** Tries; false if all is done. */
    boolean tryAgain();
  }

  private Upkeep() {}

  /** Has this done every second until it says that nothing is left. */
  public static void alsoDo(Chore chore) {
    CHORES.add(chore);
    stir();
  }

  /** Something was acquired for the first time in this epoch. */
  public static void stir() {
    stirred = true;
    if (asleep || thread == null) {
      wake();
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // where there is no thread, the only writer
  private static synchronized void wake() {
    Thread running = thread;
    if (CLOCK != null) {
      epoch += CLOCK.equals("always") ? 1 : 0;
    } else if (running == null) {
      // Where no thread can be made now, it is tried again.
      thread = Thread.ofPlatform().daemon().name("holdfast-locks-upkeep").start(Upkeep::run);
    } else {
      LockSupport.unpark(running);
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // the only writer
  private static void run() {
    int idle = 0;
    int ticks = 0;
    int busy = 0;
    long tick = TICK;
    int before = epoch;
    long second = System.nanoTime() + SECOND_NANOS;
    for (; ; ) {
      LockSupport.parkNanos(Upkeep.class, tick);
      ticks++;
      if (stirred) {
        stirred = false;
        epoch++;
        idle = 0;
        busy++;
      } else {
        idle++;
      }
      if (System.nanoTime() - second >= 0) {
        retireUnusedSince(before);
        doChores();
        tick = busy > ticks / 2 ? LONG_TICK : TICK;
        ticks = 0;
        busy = 0;
        before = epoch;
        second = System.nanoTime() + SECOND_NANOS;
      }
      if (idle > TICKS_OF_A_SECOND) {
        sleep();
        idle = 0;
        tick = TICK;
      }
    }
  }

  /** How many are left. */
  private static int retireUnusedSince(int last) {
    try {
      return Slots.retireUnusedSince(last);
    } catch (RuntimeException | Error failure) {
      return goOnAfter(failure);
    }
  }

  private static void doChores() {
    try {
      Forgotten.tell();
      for (Chore chore : List.copyOf(CHORES)) {
        // Not after the try: whoever asks for it meanwhile has to be heard.
        CHORES.remove(chore);
        boolean left = true;
        try {
          left = chore.tryAgain();
        } finally {
          if (left) {
            CHORES.add(chore);
          }
        }
      }
    } catch (RuntimeException | Error failure) {
      // The program's own logger, among others.
      goOnAfter(failure);
    }
  }

  /** Without this thread nobody would look at a name again; and there is something to be done. */
  private static int goOnAfter(Throwable failure) {
    Thread me = Thread.currentThread();
    try {
      me.getUncaughtExceptionHandler().uncaughtException(me, failure);
    } catch (RuntimeException | Error alsoTheHandler) {
      // Nobody is left to be told.
    }
    return 1;
  }

  /** Until something is acquired. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // the only writer
  private static void sleep() {
    epoch++;
    int left = retireUnusedSince(epoch);
    asleep = true;
    while (!stirred) {
      // Slots that are held now are looked at again, since nobody stirs when they are let go.
      if (left > 0 || Forgotten.mayCome() || !CHORES.isEmpty()) {
        LockSupport.parkNanos(Upkeep.class, SECOND_NANOS);
        left = retireUnusedSince(epoch);
        doChores();
      } else {
        LockSupport.park(Upkeep.class);
      }
    }
    asleep = false;
  }
}
