package dev.holdfast.shedlock;

import dev.holdfast.locks.Held;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import net.javacrumbs.shedlock.core.ClockProvider;
import org.jspecify.annotations.Nullable;

/**
 * A lock that is held, and lets go by itself at a time that can be moved.
 *
 * <p>Threads: safe for all.
 */
final class Holding {
  private static final System.Logger LOG = System.getLogger(Holding.class.getName());

  private final Held held;
  private @Nullable Instant end;

  Holding(Held held) {
    this.held = held;
  }

  /**
   * Says when it lets go by itself.
   *
   * @param when null for never
   */
  synchronized void endAt(@Nullable Instant when) {
    end = when == null ? null : toClock(when);
    if (when != null) {
      Duration left = Duration.between(ClockProvider.now(), when);
      CompletableFuture.delayedExecutor(Math.max(0, left.toMillis()), TimeUnit.MILLISECONDS)
          .execute(this::look);
    }
  }

  /** A moment as precise as ShedLock's clock: what is less is over. */
  static Instant toClock(Instant when) {
    return when.truncatedTo(ChronoUnit.MILLIS);
  }

  /** The clock of the timer and that of the time may differ a little. */
  private void look() {
    try {
      if (!endIfOver()) {
        synchronized (this) {
          Instant when = end;
          if (when != null && held.isOpen()) {
            endAt(when);
          }
        }
      }
    } catch (UncheckedIOException e) {
      LOG.log(Level.WARNING, held.lock().name() + ": was lost before its time was over", e);
    }
  }

  /** Lets go if its time is over, and answers whether it has let go. */
  synchronized boolean endIfOver() {
    if (end != null && !ClockProvider.now().isBefore(end)) {
      held.close();
    }
    return !held.isOpen();
  }

  /** Lets go now. */
  synchronized void end() {
    end = null;
    held.close();
  }

  /** Whether nobody else can have it. */
  synchronized boolean isValid() {
    if (endIfOver()) {
      return false;
    }
    try {
      held.ensureValid();
      return true;
    } catch (IOException e) {
      LOG.log(Level.WARNING, held.lock().name() + ": is not held any more", e);
      return false;
    }
  }
}
