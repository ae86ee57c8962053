package dev.holdfast.locks.wait;

import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** One platform thread that does small things at their time. */
public final class Timers {
  private static final ScheduledThreadPoolExecutor EXECUTOR = executor();

  private Timers() {}

  private static ScheduledThreadPoolExecutor executor() {
    ScheduledThreadPoolExecutor executor =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("holdfast-locks-timer").factory());
    executor.setRemoveOnCancelPolicy(true);
    return executor;
  }

  public static ScheduledFuture<?> once(long after, TimeUnit unit, Runnable action) {
    return EXECUTOR.schedule(action, after, unit);
  }

  public static ScheduledFuture<?> every(long period, TimeUnit unit, Runnable action) {
    return EXECUTOR.scheduleWithFixedDelay(action, period, period, unit);
  }
}
