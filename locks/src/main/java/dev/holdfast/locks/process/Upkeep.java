package dev.holdfast.locks.process;

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
  private static final long TICK_NANOS = 5_000_000;
  private static final int IDLE_TICKS = 200;

  /** Changes with each tick in which something was acquired. */
  public static volatile int epoch = 1;

  private static volatile boolean stirred;
  private static volatile boolean asleep;
  private static volatile @Nullable Thread thread;

  private Upkeep() {}

  /** Something was acquired for the first time in this epoch. */
  public static void stir() {
    stirred = true;
    if (asleep || thread == null) {
      wake();
    }
  }

  private static synchronized void wake() {
    Thread running = thread;
    if (running == null) {
      running = Thread.ofPlatform().daemon().name("holdfast-locks-upkeep").unstarted(Upkeep::run);
      thread = running;
      running.start();
    } else {
      LockSupport.unpark(running);
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // the only writer
  private static void run() {
    int idle = 0;
    for (; ; ) {
      LockSupport.parkNanos(Upkeep.class, TICK_NANOS);
      if (stirred) {
        stirred = false;
        epoch++;
        idle = 0;
        if (epoch % IDLE_TICKS == 0) {
          Slots.retireUnusedSince(epoch - IDLE_TICKS);
        }
      } else if (++idle >= IDLE_TICKS) {
        epoch++;
        int left = Slots.retireUnusedSince(epoch);
        asleep = true;
        while (!stirred) {
          // Slots that are held now are looked at again, since nobody stirs when they are let go.
          if (left > 0) {
            LockSupport.parkNanos(Upkeep.class, TICK_NANOS * IDLE_TICKS);
            left = Slots.retireUnusedSince(epoch);
          } else {
            LockSupport.park(Upkeep.class);
          }
        }
        asleep = false;
        idle = 0;
      }
    }
  }
}
