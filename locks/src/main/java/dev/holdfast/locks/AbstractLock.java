package dev.holdfast.locks;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What all kinds of lock of one machine have in common.
 *
 * @param <L> the kind itself, as its methods return it
 */
abstract sealed class AbstractLock<L extends AbstractLock<L>> implements Lock
    permits LocalLock, SharedMemoryLock {
  private final String name;
  private final Mode mode;

  AbstractLock(String name, Mode mode) {
    this.name = name;
    this.mode = mode;
  }

  abstract L withMode(Mode mode);

  /**
   * Waits for it.
   *
   * @return null if the deadline passed
   */
  abstract @Nullable Held acquire(Deadline deadline) throws IOException, InterruptedException;

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

  final void require(Capability capability) {
    if (!capabilities().contains(capability)) {
      throw new UnsupportedOperationException(
          name + ": a " + kind().title + " has no " + capability);
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
  public Lock fair() {
    throw new UnsupportedOperationException(
        name + ": a " + kind().title + " has no " + Capability.FAIR);
  }

  @Override
  public final Held acquire() throws IOException, InterruptedException {
    return granted(acquire(Deadline.NONE));
  }

  static Held granted(@Nullable Held held) {
    if (held == null) {
      throw new AssertionError("a wait without limit gave up");
    }
    return held;
  }

  @Override
  public Outcome attempt(Duration timeout) throws IOException, InterruptedException {
    long start = System.nanoTime();
    return outcome(acquire(Deadline.after(timeout)), this, start);
  }

  /**
   * What became of a request.
   *
   * @param held null if its time passed
   * @param start when it began, on {@link System#nanoTime}
   */
  static Outcome outcome(@Nullable Held held, AbstractLock<?> wanted, long start) {
    if (held != null) {
      return new Outcome.Acquired(held);
    }
    Duration waited = Duration.ofNanos(System.nanoTime() - start);
    return new Outcome.TimedOut(wanted.name(), waited, wanted.holdersIfKnown());
  }

  private List<Holder> holdersIfKnown() {
    try {
      return holders();
    } catch (IOException unknown) {
      return List.of();
    }
  }

  @Override
  public String toString() {
    return kind().title + " " + name + (mode == Mode.SHARED ? " (shared)" : "");
  }
}
