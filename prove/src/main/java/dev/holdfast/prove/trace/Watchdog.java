package dev.holdfast.prove.trace;

import dev.holdfast.libc.ShutdownHooks;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.process.Processes;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Sees to it that no world outlives its time, and none outlives this process: the first process of
 * a world's PID namespace is killed through its pidfd, and the kernel kills the rest with it.
 *
 * <p>Threads: safe for all.
 */
public final class Watchdog {
  private static final ScheduledThreadPoolExecutor TIMER = timer();
  private static final Set<Watchdog> ACTIVE = new HashSet<>();
  private static boolean shutDown;

  static {
    ShutdownHooks.add(new Thread(Watchdog::killAll, "holdfast-kill-all"));
  }

  private final int pidfd;
  private ScheduledFuture<?> alarm;
  private boolean closed;
  private boolean fired;

  private Watchdog(int pidfd, Duration limit) {
    this.pidfd = pidfd;
    this.alarm = TIMER.schedule(this::expire, limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  private static ScheduledThreadPoolExecutor timer() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("holdfast-watchdog").factory());
    timer.setRemoveOnCancelPolicy(true);
    return timer;
  }

  /**
   * Creates the timer's thread now: a thread born later could inherit a trial thread's identity.
   */
  public static void prepare() {
    TIMER.prestartAllCoreThreads();
  }

  /** Kills the world of this first process when the time is over, or when this process ends. */
  static Watchdog over(int pidfd, Duration limit) {
    Watchdog watchdog = new Watchdog(pidfd, limit);
    synchronized (ACTIVE) {
      ACTIVE.add(watchdog);
      if (shutDown) {
        watchdog.kill();
      }
    }
    return watchdog;
  }

  private synchronized void expire() {
    if (!closed) {
      fired = true;
      kill();
    }
  }

  /** Starts the time anew, unless it was over already. */
  synchronized void restart(Duration rest) {
    if (!closed && !fired) {
      alarm.cancel(false);
      alarm = TIMER.schedule(this::expire, rest.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  /** Kills the world now; harmless if it is gone. */
  synchronized void kill() {
    if (!closed) {
      Processes.pidfd_send_signal(pidfd, Processes.SIGKILL);
    }
  }

  synchronized boolean fired() {
    return fired;
  }

  /** Ends the watch, and closes the pidfd. */
  void close() {
    synchronized (ACTIVE) {
      ACTIVE.remove(this);
    }
    synchronized (this) {
      alarm.cancel(false);
      if (!closed) {
        closed = true;
        Unistd.close(pidfd);
      }
    }
  }

  private static void killAll() {
    Set<Watchdog> all;
    synchronized (ACTIVE) {
      shutDown = true;
      all = Set.copyOf(ACTIVE);
    }
    all.forEach(Watchdog::kill);
  }
}
