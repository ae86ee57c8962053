package dev.holdfast.locks.process;

import dev.holdfast.locks.Capability;
import dev.holdfast.locks.Contract;
import dev.holdfast.locks.Held;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.Outcome;
import dev.holdfast.locks.event.LockEvents;
import dev.holdfast.locks.event.LockWaitEvent;
import dev.holdfast.locks.wait.Deadline;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What all kinds of lock of one machine have in common.
 *
 * @param <L> the kind itself, as its methods return it
 */
@SuppressWarnings("exports") // who uses this needs no jspecify
public abstract class AbstractLock<L extends AbstractLock<L>> implements HostLock {
  private final String name;
  private final Mode mode;

  public AbstractLock(String name, Mode mode) {
    this.name = name;
    this.mode = mode;
  }

  protected abstract L withMode(Mode mode);

  /**
   * Waits for it.
   *
   * @return null if the deadline passed
   */
  protected abstract @Nullable Held await(Deadline deadline)
      throws IOException, InterruptedException;

  /**
   * Waits for it, and tells whoever records.
   *
   * @return null if the deadline passed
   */
  public final @Nullable Held acquire(Deadline deadline) throws IOException, InterruptedException {
    LockWaitEvent event = LockEvents.waits();
    if (event == null) {
      return await(deadline);
    }
    Held held = null;
    try {
      held = await(deadline);
      return held;
    } finally {
      LockEvents.waited(event, name, kind().word(), mode == Mode.SHARED, held != null);
    }
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final Mode mode() {
    return mode;
  }

  @Override
  public Contract contract() {
    return Contract.KERNEL_HELD;
  }

  protected final void require(Capability capability) {
    if (!capabilities().contains(capability)) {
      throw new UnsupportedOperationException(
          name + ": " + kind().titleWithArticle() + " has no " + capability);
    }
  }

  @Override
  public final L shared() {
    require(Capability.SHARED);
    return withMode(Mode.SHARED);
  }

  @Override
  public final L exclusive() {
    return withMode(Mode.EXCLUSIVE);
  }

  @Override
  public HostLock fair() {
    throw new UnsupportedOperationException(
        name + ": " + kind().titleWithArticle() + " has no " + Capability.FAIR);
  }

  @Override
  public final Held acquire() throws IOException, InterruptedException {
    return granted(acquire(Deadline.NONE));
  }

  public static Held granted(@Nullable Held held) {
    if (held == null) {
      throw new AssertionError("a wait without limit gave up");
    }
    return held;
  }

  @Override
  public Outcome attempt(Duration timeout) throws IOException, InterruptedException {
    long start = System.nanoTime();
    if (timeout.compareTo(Duration.ZERO) <= 0) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      return outcome(tryAcquire().orElse(null), this, start);
    }
    return outcome(acquire(Deadline.after(timeout)), this, start);
  }

  /**
   * What became of a request.
   *
   * @param held null if its time passed
   * @param start when it began, on {@link System#nanoTime}
   */
  public static Outcome outcome(@Nullable Held held, AbstractLock<?> wanted, long start) {
    if (held != null) {
      return new Outcome.Acquired(held);
    }
    Duration waited = Duration.ofNanos(System.nanoTime() - start);
    // Whoever asks who holds it may take longer than the wait was to be.
    return new Outcome.TimedOut(wanted.name(), waited, new LaterHolders(wanted));
  }

  @Override
  public String toString() {
    return kind().title() + " " + name + (mode == Mode.SHARED ? " (shared)" : "");
  }
}
