package dev.holdfast.locks;

import dev.holdfast.libc.SharedMapping;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A lock with readers and writers in {@link SharedMemory}: no system call while nobody is in the
 * way.
 *
 * <p><b>Guarantees.</b> {@link Contract#KERNEL_HELD}: what a process held when it ended is given up
 * by the next that wants it. If it held the lock exclusively, what the lock guards may be half
 * changed: the next holder first runs its repair, alone; one that has none gets a {@link
 * LockPoisonedException}, and the lock stays as it is for one that has.
 *
 * <p><b>What remains.</b> As {@link SharedMemory}. Readers are not kept from overtaking a writer of
 * another process.
 *
 * <p><b>Threads.</b> Safe for all.
 */
public final class SharedMemoryLock extends LocalLock<SharedMemoryLock> {
  private static final Set<Capability> CAPABILITIES =
      EnumSet.of(
          Capability.SHARED, Capability.CONVERT, Capability.HOLDERS, Capability.SURVIVES_KILL);

  private final SharedMemory memory;
  private final int cell;
  private final @Nullable Repair repair;

  /** Brings what a lock guards into order after a holder died in the middle of changing it. */
  public interface Repair {
    /**
     * Runs while the lock is held exclusively.
     *
     * @throws IOException if it cannot be done: the lock stays inconsistent
     */
    void repair() throws IOException;
  }

  SharedMemoryLock(SharedMemory memory, int cell, Mode mode, @Nullable Repair repair) {
    super(memory.path() + "[" + cell + "]", mode);
    this.memory = memory;
    this.cell = cell;
    this.repair = repair;
    SharedMemory.offset(cell);
  }

  /** The same lock, which this repair is run on before it is given to us after a holder died. */
  public SharedMemoryLock repairedBy(Repair repair) {
    return new SharedMemoryLock(memory, cell, mode(), repair);
  }

  @Override
  SharedMemoryLock withMode(Mode mode) {
    return new SharedMemoryLock(memory, cell, mode, repair);
  }

  @Override
  public Kind kind() {
    return Kind.MEMORY;
  }

  @Override
  public Set<Capability> capabilities() {
    return EnumSet.copyOf(CAPABILITIES);
  }

  @Override
  Slot resolve() {
    return Slots.of(new MemoryEngine(memory, cell));
  }

  @Override
  boolean leadsTo(Slot slot) {
    return true;
  }

  /** Called by whoever just entered, before anybody learns of it. */
  @Override
  void prepare(Slot slot) throws IOException {
    MemoryEngine engine = (MemoryEngine) slot.engine;
    if (engine.isInconsistent()) {
      if (repair == null || mode() == Mode.SHARED) {
        throw new LockPoisonedException(name());
      }
      repair.repair();
      engine.setConsistent();
    }
  }

  private static final class MemoryEngine implements Engine {
    private final SharedMemory memory;
    private final SharedMapping mapping;
    private final long at;
    private final int slot;
    private final Key key;
    private final String name;

    MemoryEngine(SharedMemory memory, int cell) {
      this.memory = memory;
      this.mapping = memory.mapping();
      this.at = SharedMemory.offset(cell);
      this.slot = memory.slot();
      this.key = memory.key(cell);
      this.name = memory.path() + "[" + cell + "]";
    }

    @Override
    public Key key() {
      return key;
    }

    @Override
    public String name() {
      return name;
    }

    private long writer() {
      return (slot + 1L) << SharedMemory.WRITER_SHIFT;
    }

    private boolean take(Mode mode) {
      for (; ; ) {
        long state = mapping.getLong(at);
        boolean busy =
            (state & SharedMemory.WRITER) != 0
                || (mode == Mode.EXCLUSIVE && (state & SharedMemory.READERS) != 0);
        if (busy) {
          return false;
        }
        long after = state | (mode == Mode.SHARED ? 1L << slot : writer());
        if (mapping.compareAndSetLong(at, state, after)) {
          return true;
        }
      }
    }

    @Override
    public boolean tryClaim(Mode mode) throws IOException {
      return take(mode) || (buryTheDead() && take(mode));
    }

    /** Gives up what dead processes hold; true if there were any. */
    private boolean buryTheDead() throws IOException {
      boolean any = false;
      for (int other : inTheWay()) {
        if (memory.isDead(other)) {
          memory.giveUp(at, other);
          any = true;
        }
      }
      return any;
    }

    private List<Integer> inTheWay() {
      long state = mapping.getLong(at);
      List<Integer> slots = new ArrayList<>();
      long writer = (state & SharedMemory.WRITER) >>> SharedMemory.WRITER_SHIFT;
      if (writer != 0) {
        slots.add((int) writer - 1);
      }
      for (long readers = state & SharedMemory.READERS; readers != 0; readers &= readers - 1) {
        slots.add(Long.numberOfTrailingZeros(readers));
      }
      return slots;
    }

    @Override
    public boolean claim(Mode mode, Deadline deadline) throws IOException, InterruptedException {
      for (; ; ) {
        int seen = mapping.getInt(at + SharedMemory.SEQUENCE);
        if (take(mode)) {
          return true;
        }
        if (buryTheDead()) {
          continue;
        }
        if (deadline.passed()) {
          return false;
        }
        memory.await(at, seen, deadline);
      }
    }

    @Override
    public void release() {
      for (; ; ) {
        long state = mapping.getLong(at);
        long after = state & ~(1L << slot);
        if ((state & SharedMemory.WRITER) == writer()) {
          after &= ~SharedMemory.WRITER;
        }
        if (mapping.compareAndSetLong(at, state, after)) {
          memory.wake(at);
          return;
        }
      }
    }

    @Override
    public boolean convert(Mode to) {
      for (; ; ) {
        long state = mapping.getLong(at);
        long after;
        if (to == Mode.SHARED) {
          after = (state & ~SharedMemory.WRITER) | 1L << slot;
        } else if ((state & (SharedMemory.READERS | SharedMemory.WRITER)) == 1L << slot) {
          after = (state & ~SharedMemory.READERS) | writer();
        } else {
          return false;
        }
        if (mapping.compareAndSetLong(at, state, after)) {
          memory.wake(at);
          return true;
        }
      }
    }

    boolean isInconsistent() {
      return (mapping.getLong(at) & SharedMemory.INCONSISTENT) != 0;
    }

    void setConsistent() {
      for (; ; ) {
        long state = mapping.getLong(at);
        if (mapping.compareAndSetLong(at, state, state & ~SharedMemory.INCONSISTENT)) {
          return;
        }
      }
    }

    @Override
    public long token(Mode mode) {
      return mode == Mode.SHARED
          ? mapping.getLong(at + SharedMemory.TOKEN)
          : mapping.getAndAddLong(at + SharedMemory.TOKEN, 1) + 1;
    }

    @Override
    public void check(Mode mode) throws IOException {
      long state = mapping.getLong(at);
      boolean held =
          mode == Mode.SHARED
              ? (state & 1L << slot) != 0
              : (state & SharedMemory.WRITER) == writer();
      if (!held) {
        throw new LockLostException(name, "the shared memory was overwritten");
      }
    }

    @Override
    public List<Holder> holders() throws IOException {
      Mode mode = (mapping.getLong(at) & SharedMemory.WRITER) != 0 ? Mode.EXCLUSIVE : Mode.SHARED;
      List<Holder> holders = new ArrayList<>();
      for (int other : inTheWay()) {
        int pid = memory.pidOf(other);
        String command = pid < 0 ? "" : KernelLocks.commandOf(pid);
        holders.add(new Holder(pid, command, mode, 0, 0, null, "", "slot " + other));
      }
      return holders;
    }

    @Override
    public void dispose() {
      // The mapping stays.
    }
  }
}
