package dev.holdfast.locks.process;

import dev.holdfast.locks.LockLostException;
import dev.holdfast.locks.wait.Timers;
import dev.holdfast.locks.wait.Watch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Tells who holds a lock that it was lost: once, whoever notices it first. As soon as somebody
 * wants to be told, hints are listened to, and it is looked at every now and then besides, since no
 * hint is certain to come.
 *
 * <p><b>Threads.</b> Safe for all. What nobody's call noticed is told on a virtual thread.
 */
public final class Loss {
  private static final long LOOK_SECONDS = 1;
  private static final long LOOK_SECONDS_BESIDE_WATCH = 5;

  /** Looks whether it is still held. */
  public interface Check {
    /**
     * Looks.
     *
     * @throws LockLostException if it is not
     * @throws IOException if that cannot be found out now
     */
    void look() throws IOException;
  }

  /** Where hints come from. */
  public interface Hints {
    /** Has this run whenever it may have been lost; see {@link Engine#watch}. */
    Watch watch(Runnable hint);
  }

  private final Check check;
  private final Hints hints;
  private final AtomicBoolean looking = new AtomicBoolean();
  private List<Runnable> actions = new ArrayList<>();
  private boolean lost;
  private boolean closed;
  private Watch watch = Watch.NONE;
  private @Nullable ScheduledFuture<?> timer;

  public Loss(Check check, Hints hints) {
    this.check = check;
    this.hints = hints;
  }

  /** Has the action run when the loss is noticed; at once if it was lost before. */
  public void onLost(Runnable action) {
    synchronized (this) {
      if (closed) {
        return;
      }
      actions.add(action);
      if (!lost && timer == null) {
        watch = hints.watch(this::hint);
        long period = watch.works() ? LOOK_SECONDS_BESIDE_WATCH : LOOK_SECONDS;
        timer = Timers.every(period, TimeUnit.SECONDS, this::hint);
      }
    }
    // What happened before anybody watched.
    look();
  }

  private void hint() {
    if (looking.compareAndSet(false, true)) {
      Thread.startVirtualThread(this::look);
    }
  }

  private void look() {
    // A hint that comes while we look has somebody look again.
    looking.set(false);
    boolean known;
    synchronized (this) {
      if (closed) {
        return;
      }
      known = lost;
    }
    if (known) {
      tell();
      return;
    }
    try {
      check.look();
    } catch (LockLostException gone) {
      tell();
    } catch (IOException unknown) {
      // It is looked at again.
    } catch (IllegalStateException closedMeanwhile) {
      // Nobody wants to know any more; perhaps it was closed before we were there to be ended.
      end();
    }
  }

  /**
   * It was lost: runs what is to be run, unless that was done. One that fails keeps no other from
   * being run, nor the caller from what it does: its thread's handler is told, as if it had ended
   * with that.
   */
  public void tell() {
    List<Runnable> all;
    synchronized (this) {
      lost = true;
      all = actions;
      actions = new ArrayList<>();
      stop();
    }
    all.forEach(Loss::run);
  }

  private static void run(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException | Error failure) {
      Thread me = Thread.currentThread();
      me.getUncaughtExceptionHandler().uncaughtException(me, failure);
    }
  }

  private void stop() {
    watch.close();
    watch = Watch.NONE;
    ScheduledFuture<?> running = timer;
    if (running != null) {
      running.cancel(false);
      timer = null;
    }
  }

  /**
   * It is let go of: nobody looks any more.
   *
   * @return true if the loss was told
   */
  public synchronized boolean end() {
    closed = true;
    stop();
    return lost;
  }
}
