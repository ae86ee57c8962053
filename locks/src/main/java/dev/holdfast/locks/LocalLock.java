package dev.holdfast.locks;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What all kinds of lock of one machine have in common: the way through the queue of this process
 * to the engine. Instances are immutable but for a remembered slot.
 *
 * @param <L> the kind itself, as its methods return it
 */
public abstract sealed class LocalLock<L extends LocalLock<L>> implements Lock
    permits KernelLock, NamedFileLock, PidFile, PortLock, AbstractSocketLock, SharedMemoryLock {
  private final String name;
  private final Mode mode;

  /** Where it was found last. Races are harmless: any of them is right or found dead. */
  private volatile @Nullable Slot slot;

  /** The epoch in which the name was last seen to lead to that slot. */
  private volatile int seenInEpoch;

  LocalLock(String name, Mode mode) {
    this.name = name;
    this.mode = mode;
  }

  /** The slot that the name leads to now, made if need be. */
  abstract Slot resolve() throws IOException;

  /** True if the name still leads to what the slot locks. */
  abstract boolean leadsTo(Slot slot) throws IOException;

  /** What is to be done by who has entered a slot, before the caller gets it. */
  void prepare(Slot slot) throws IOException {
    // Most kinds: nothing.
  }

  abstract L withMode(Mode mode);

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

  @Override
  public final Key key() throws IOException {
    return slot().key;
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
    require(Capability.FAIR);
    return new FairView(this, queuePath());
  }

  /** The file beside which the queue of {@link #fair} is. */
  Path queuePath() {
    throw new UnsupportedOperationException(name + ": a " + kind().title + " has no queue");
  }

  /** Throws if this thread must not wait for this lock. */
  final void refuse() throws IOException {
    HeldStack.current().refuse(name, slot(), mode);
  }

  private Slot slot() throws IOException {
    Slot known = slot;
    if (known != null && seenInEpoch == Upkeep.epoch) {
      return known;
    }
    return lookAgain(known);
  }

  private Slot lookAgain(@Nullable Slot known) throws IOException {
    int now = Upkeep.epoch;
    Slot found = known != null && leadsTo(known) ? known : resolve();
    found.usedInEpoch = now;
    slot = found;
    seenInEpoch = now;
    Upkeep.stir();
    return found;
  }

  private void forget() {
    slot = null;
  }

  /** Throws if the name does not lead to what is held. */
  final void checkName(Slot held) throws IOException {
    if (!leadsTo(held)) {
      throw new LockLostException(name, "the name no longer leads to what was locked");
    }
  }

  @Override
  public final Optional<Held> tryAcquire() throws IOException {
    for (; ; ) {
      boolean look = seenInEpoch != Upkeep.epoch;
      Slot found = slot();
      switch (found.tryEnter(mode)) {
        case GRANTED -> {
          Held held = grant(found, look, look);
          if (held != null) {
            return Optional.of(held);
          }
        }
        case BUSY -> {
          return Optional.empty();
        }
        case DEAD -> forget();
      }
    }
  }

  @Override
  public final Held acquire() throws IOException, InterruptedException {
    Held held = acquire(Deadline.NONE);
    if (held == null) {
      throw new AssertionError("a wait without limit gave up");
    }
    return held;
  }

  @Override
  public final Outcome attempt(Duration timeout) throws IOException, InterruptedException {
    long start = System.nanoTime();
    Held held = acquire(Deadline.after(timeout));
    if (held != null) {
      return new Outcome.Acquired(held);
    }
    Duration waited = Duration.ofNanos(System.nanoTime() - start);
    return new Outcome.TimedOut(name, waited, holdersIfKnown());
  }

  private List<Holder> holdersIfKnown() {
    try {
      return holders();
    } catch (IOException unknown) {
      return List.of();
    }
  }

  final @Nullable Held acquire(Deadline deadline) throws IOException, InterruptedException {
    return acquire(deadline, HeldStack.current());
  }

  /** For a lock that is only held while nothing else is waited for: it needs no order. */
  final Held acquireBriefly() throws IOException, InterruptedException {
    Held held = acquire(Deadline.NONE, null);
    if (held == null) {
      throw new AssertionError("a wait without limit gave up");
    }
    return held;
  }

  private @Nullable Held acquire(Deadline deadline, @Nullable HeldStack mine)
      throws IOException, InterruptedException {
    for (; ; ) {
      boolean look = seenInEpoch != Upkeep.epoch;
      boolean waited = false;
      Slot found = slot();
      if (mine != null) {
        mine.refuse(name, found, mode);
      }
      Slot.Entry entry = found.tryEnter(mode);
      if (entry == Slot.Entry.BUSY) {
        waited = true;
        entry = found.enter(mode, deadline);
      }
      switch (entry) {
        case GRANTED -> {
          Held held = grant(found, look || waited, look);
          if (held != null) {
            return held;
          }
        }
        case BUSY -> {
          return null;
        }
        case DEAD -> forget();
      }
    }
  }

  /**
   * Makes the holding of a slot that was just entered, unless the name was taken away meanwhile.
   *
   * @param look whether to look at the name once more: after a wait, and for the first acquisition
   *     of an epoch
   * @param record whether to record the place, which costs more than a wait: for the first one
   */
  private @Nullable Held grant(Slot entered, boolean look, boolean record) throws IOException {
    boolean kept = false;
    try {
      prepare(entered);
      Place place = null;
      if (look) {
        // Only now: who took the name away before we had the lock may have made another file there.
        if (!leadsTo(entered)) {
          return null;
        }
      }
      if (record) {
        place = Place.here();
        entered.lastPlace = place;
      }
      LocalHeld held = new LocalHeld(this, entered, mode, place);
      if (mode == Mode.SHARED) {
        HeldStack.current().shares(held);
      }
      kept = true;
      return held;
    } finally {
      if (!kept) {
        forget();
        entered.leave(mode);
      }
    }
  }

  @Override
  public List<Holder> holders() throws IOException {
    return slot().engine.holders();
  }

  @Override
  public abstract Set<Capability> capabilities();

  @Override
  public String toString() {
    return kind().title + " " + name + (mode == Mode.SHARED ? " (shared)" : "");
  }
}
