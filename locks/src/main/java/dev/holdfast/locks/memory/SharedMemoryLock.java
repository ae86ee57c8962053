package dev.holdfast.locks.memory;

import dev.holdfast.locks.Capability;
import dev.holdfast.locks.Contract;
import dev.holdfast.locks.Held;
import dev.holdfast.locks.Holder;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Key;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.Outcome;
import dev.holdfast.locks.Place;
import dev.holdfast.locks.process.AbstractLock;
import dev.holdfast.locks.process.HeldStack;
import dev.holdfast.locks.process.LocalKind;
import dev.holdfast.locks.process.Upkeep;
import dev.holdfast.locks.scope.ScopeRules;
import dev.holdfast.locks.wait.Deadline;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A lock with readers and writers in {@link SharedMemory}: no system call while nobody is in the
 * way.
 *
 * <p><b>Guarantees.</b> {@link Contract#KERNEL_HELD}: what a process held when it ended is given up
 * by the next that wants it. If it held the lock exclusively, what the lock guards may be half
 * changed: the next holder first runs its repair, alone; one that has none gets a {@link
 * dev.holdfast.locks.LockPoisonedException}, and the lock stays as it is for one that has.
 *
 * <p><b>Remaining races.</b> As {@link SharedMemory}. Readers are not kept from overtaking a writer
 * of another process.
 *
 * <p><b>Threads.</b> Safe for all.
 */
@SuppressWarnings("exports") // who uses this needs no jspecify
public final class SharedMemoryLock extends AbstractLock<SharedMemoryLock> {
  /** What it is called, and where locks of it come from. */
  public static final Kind KIND =
      new LocalKind("memory", "lock in shared memory", 10, ScopeRules::sharedMemory) {
        @Override
        public HostLock at(Path path) throws IOException {
          return SharedMemory.open(path).lock(0);
        }
      };

  private static final Set<Capability> CAPABILITIES =
      EnumSet.of(
          Capability.SHARED, Capability.CONVERT, Capability.HOLDERS, Capability.SURVIVES_KILL);

  private final MemoryCell cell;
  private final @Nullable Repair repair;

  /** The {@link Upkeep#epoch} in which a place was last recorded. Races are harmless. */
  private volatile int recordedInEpoch;

  /** Brings what a lock guards into order after a holder died in the middle of changing it. */
  public interface Repair {
    /**
     * Runs while the lock is held exclusively.
     *
     * @throws IOException if it cannot be done: the lock stays inconsistent
     */
    void repair() throws IOException;
  }

  SharedMemoryLock(MemoryCell cell, Mode mode, @Nullable Repair repair) {
    super(cell.name(), mode);
    this.cell = cell;
    this.repair = repair;
  }

  /** The same lock, which this repair is run on before it is given to us after a holder died. */
  public SharedMemoryLock repairedBy(Repair repair) {
    return new SharedMemoryLock(cell, mode(), repair);
  }

  @Override
  protected SharedMemoryLock withMode(Mode mode) {
    return new SharedMemoryLock(cell, mode, repair);
  }

  @Override
  public Kind kind() {
    return KIND;
  }

  @Override
  public Key key() {
    return cell.key;
  }

  @Override
  public Set<Capability> capabilities() {
    return EnumSet.copyOf(CAPABILITIES);
  }

  @Override
  public Optional<Held> tryAcquire() throws IOException {
    HeldStack mine = cell.stack();
    long taken = take(mine);
    if (taken == MemoryCell.BUSY) {
      taken = repaired(cell.tryEnter(mode(), mine, repair != null));
    }
    return taken == MemoryCell.BUSY ? Optional.empty() : Optional.of(hold(taken, mine));
  }

  @Override
  protected @Nullable Held await(Deadline deadline) throws IOException, InterruptedException {
    HeldStack mine = cell.stack();
    long taken = takeOrRefuse(mine);
    if (taken == MemoryCell.BUSY) {
      mine.refuse(name(), cell, mode());
      taken = enter(deadline, mine);
    }
    return taken == MemoryCell.BUSY ? null : hold(taken, mine);
  }

  /** Does not ask for the time if there is nothing to be waited for: that takes longer. */
  @Override
  public Outcome attempt(Duration timeout) throws IOException, InterruptedException {
    if (!timeout.isPositive()) {
      // What does not wait is a part of no order, and waits for nobody, not even for itself.
      return super.attempt(timeout);
    }
    HeldStack mine = cell.stack();
    long taken = takeOrRefuse(mine);
    return taken == MemoryCell.BUSY
        ? super.attempt(timeout)
        : new Outcome.Acquired(hold(taken, mine));
  }

  /** For a lock that is only held while nothing else is waited for: it needs no order. */
  Held acquireBriefly() throws IOException, InterruptedException {
    HeldStack mine = cell.stack();
    long taken = take(mine);
    return hold(taken == MemoryCell.BUSY ? enter(Deadline.NONE, mine) : taken, mine);
  }

  private long takeOrRefuse(HeldStack mine) throws IOException {
    if (mode() == Mode.SHARED && mine.isSharing(cell)) {
      return cell.shareAgain();
    }
    mine.refuseForOthers(name(), cell, mode());
    return take(mine);
  }

  /** The usual case: one compare-and-set. */
  private long take(HeldStack mine) throws IOException {
    if (mode() == Mode.EXCLUSIVE) {
      return cell.take(mine);
    }
    return mine.isSharing(cell) ? cell.shareAgain() : MemoryCell.BUSY;
  }

  private long enter(Deadline deadline, HeldStack mine) throws IOException, InterruptedException {
    long taken = cell.tryEnter(mode(), mine, repair != null);
    if (taken == MemoryCell.BUSY) {
      taken = cell.enter(mode(), mine, repair != null, deadline);
    }
    return repaired(taken);
  }

  private long repaired(long taken) throws IOException {
    if (repair == null || taken == MemoryCell.BUSY || !cell.isInconsistent(taken)) {
      return taken;
    }
    boolean done = false;
    try {
      repair.repair();
      cell.setConsistent(taken);
      done = true;
      return taken;
    } finally {
      if (!done) {
        cell.abandon(taken);
      }
    }
  }

  /** What was taken, as the caller gets it: made in one place, where the compiler sees its end. */
  private MemoryHeld hold(long taken, HeldStack mine) {
    Place place = recordedInEpoch == Upkeep.epoch ? null : record(taken);
    try {
      MemoryHeld held = new MemoryHeld(this, cell, taken, place);
      if (taken == MemoryCell.SHARED) {
        mine.shares(held);
      }
      return held;
    } catch (Error noRoom) {
      cell.abandon(taken);
      throw noRoom;
    }
  }

  /** Records the place, which costs more than the lock: once in an epoch. */
  private Place record(long taken) {
    boolean done = false;
    try {
      recordedInEpoch = Upkeep.epoch;
      Upkeep.stir();
      Place place = Place.here();
      cell.lastPlace = place;
      done = true;
      return place;
    } finally {
      if (!done) {
        cell.abandon(taken);
      }
    }
  }

  @Override
  public List<Holder> holders() throws IOException {
    return cell.holders();
  }
}
