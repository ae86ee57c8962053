package dev.holdfast.locks.process;

import dev.holdfast.locks.Capability;
import dev.holdfast.locks.Held;
import dev.holdfast.locks.Holder;
import dev.holdfast.locks.Key;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.LockLostException;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.Place;
import dev.holdfast.locks.wait.Deadline;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A lock that an {@link Engine} excludes by: the way through the queue of this process to it.
 * Instances are immutable but for a remembered slot.
 *
 * @param <L> the kind itself, as its methods return it
 */
@SuppressWarnings("exports") // who uses this needs no jspecify
public abstract class LocalLock<L extends LocalLock<L>> extends AbstractLock<L> {
  /**
   * Where the name was seen to lead, and in which epoch: one value, or a look that was held up
   * could put what it found under the epoch of a later one.
   */
  private record Seen(@Nullable Slot slot, int epoch) {
    static final Seen NOTHING = new Seen(null, 0);
  }

  private final Kind kind;
  private final Set<Capability> capabilities;
  private volatile Seen seen = Seen.NOTHING;

  /**
   * Describes one.
   *
   * @param capabilities what it can do
   */
  public LocalLock(String name, Mode mode, Kind kind, Set<Capability> capabilities) {
    super(name, mode);
    this.kind = kind;
    this.capabilities = capabilities;
  }

  @Override
  public final Kind kind() {
    return kind;
  }

  @Override
  public final Set<Capability> capabilities() {
    return capabilities.isEmpty() ? Set.of() : EnumSet.copyOf(capabilities);
  }

  /** For kinds that nobody shares. */
  @Override
  @SuppressWarnings("unchecked")
  protected L withMode(Mode mode) {
    return (L) this;
  }

  /** The slot that the name leads to now, made if need be. */
  protected abstract Slot resolve() throws IOException;

  /** True if the name still leads to what the slot locks. */
  protected abstract boolean leadsTo(Slot slot) throws IOException;

  @Override
  public final Key key() throws IOException {
    for (boolean again = false; ; again = true) {
      try {
        return slot().key;
      } catch (FileSystemException failed) {
        Slots.makeRoomFor(failed, again);
      }
    }
  }

  /**
   * Throws if this thread must not wait for this lock.
   *
   * @return true if it need not wait either, since it shares it already
   */
  public final boolean refuseOrShare() throws IOException {
    HeldStack mine = HeldStack.current();
    if (mode() == Mode.SHARED && mine.isSharing(slot())) {
      return true;
    }
    mine.refuse(name(), slot(), mode());
    return false;
  }

  private Slot slot() throws IOException {
    Seen last = seen;
    Slot known = last.slot;
    if (known != null && last.epoch == Upkeep.epoch) {
      return known;
    }
    return lookAgain(known);
  }

  private Slot lookAgain(@Nullable Slot known) throws IOException {
    int now = Upkeep.epoch;
    Slot found = known != null && leadsTo(known) ? known : resolve();
    found.usedInEpoch = now;
    seen = new Seen(found, now);
    Upkeep.stir();
    return found;
  }

  private boolean sharesAlready(Slot found) {
    return mode() == Mode.SHARED && HeldStack.current().isSharing(found);
  }

  private void forget() {
    seen = Seen.NOTHING;
  }

  /** Throws if the name does not lead to what is held. */
  final void checkName(Slot held) throws IOException {
    if (!leadsTo(held)) {
      throw new LockLostException(name(), "the name no longer leads to what was locked");
    }
  }

  @Override
  public final Optional<Held> tryAcquire() throws IOException {
    for (boolean again = false; ; again = true) {
      try {
        return tryOnce();
      } catch (FileSystemException failed) {
        Slots.makeRoomFor(failed, again);
      }
    }
  }

  private Optional<Held> tryOnce() throws IOException {
    for (; ; ) {
      boolean look = seen.epoch != Upkeep.epoch;
      Slot found = slot();
      switch (sharesAlready(found) ? found.shareAgain() : found.tryEnter(mode())) {
        case GRANTED -> {
          Held held = grant(found, look, look, null);
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
  protected final @Nullable Held await(Deadline deadline) throws IOException, InterruptedException {
    for (boolean again = false; ; again = true) {
      try {
        return awaitOnce(deadline);
      } catch (FileSystemException failed) {
        Slots.makeRoomFor(failed, again);
      }
    }
  }

  private @Nullable Held awaitOnce(Deadline deadline) throws IOException, InterruptedException {
    HeldStack mine = HeldStack.current();
    for (; ; ) {
      int before = Upkeep.epoch;
      boolean look = seen.epoch != before;
      Place asked = null;
      Slot found = slot();
      Slot.Entry entry = sharesAlready(found) ? found.shareAgain() : Slot.Entry.BUSY;
      if (entry == Slot.Entry.BUSY) {
        mine.refuse(name(), found, mode());
        // Before the wait: after it every moment is one in which the lock stands idle.
        asked = look ? Place.here() : null;
        entry = found.enter(mode(), deadline);
      }
      switch (entry) {
        case GRANTED -> {
          Held held = grant(found, look || before != Upkeep.epoch, look, asked);
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
   * @param look whether to look at the name once more: for the first acquisition of an epoch, and
   *     after a wait that lasted into the next
   * @param record whether to record the place, which costs more than a wait: for the first one
   * @param asked the place, if it is known already
   */
  private @Nullable Held grant(Slot entered, boolean look, boolean record, @Nullable Place asked)
      throws IOException {
    boolean kept = false;
    try {
      // Only now: who took the name away before we had the lock may have made another file there.
      if (look && !leadsTo(entered)) {
        return null;
      }
      Place place = null;
      if (record) {
        place = asked == null ? Place.here() : asked.now();
        entered.lastPlace = place;
      }
      LocalHeld held = new LocalHeld(this, entered, mode(), place);
      if (mode() == Mode.SHARED) {
        HeldStack.current().shares(held);
      }
      kept = true;
      return held;
    } finally {
      if (!kept) {
        forget();
        entered.leave(mode());
      }
    }
  }

  @Override
  public List<Holder> holders() throws IOException {
    for (; ; ) {
      Slot found = slot();
      if (found.beginLook()) {
        try {
          return found.engine.holders();
        } finally {
          found.endLook();
        }
      }
      forget();
    }
  }
}
