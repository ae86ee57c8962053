package dev.holdfast.locks.memory;

import dev.holdfast.libc.SharedWord;
import dev.holdfast.locks.Holder;
import dev.holdfast.locks.LockLostException;
import dev.holdfast.locks.LockPoisonedException;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.kernel.LockFile;
import dev.holdfast.locks.proc.KernelLocks;
import dev.holdfast.locks.process.HeldStack;
import dev.holdfast.locks.process.ThreadQueue;
import dev.holdfast.locks.wait.Deadline;
import dev.holdfast.locks.wait.NameWatch;
import dev.holdfast.locks.wait.Watch;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A cell of {@link SharedMemory} as this process locks it. There is one for each cell, for as long
 * as the process lives.
 *
 * <p><b>The word.</b> Who holds it alone stands in one shared word ({@link CellState}) and nowhere
 * else: it is taken and let go by one compare-and-set each, if nobody waits. A writer's word has
 * the number of its process's slot and a generation that is one more than the last: no word of a
 * writer comes twice, so that the compare-and-set that lets go also asks whether this very holding
 * is still there. The generation is the fencing token, too.
 *
 * <p><b>Readers.</b> A process has one bit of the word, however many of its threads read; they are
 * counted in {@link #readers}. The first sets the bit and the last clears it, each while the count
 * says {@link #CHANGING}, so that of a process one thread at a time changes its bit. While there
 * are bits, the generation has no place in the word: whoever sets the first one writes it to a
 * second word, which only grows, before.
 *
 * <p><b>Waiting, twice.</b> Threads of this process queue here, in the order of their coming. Only
 * the first of them looks outside, where a bit tells the other processes that somebody of this one
 * waits, and a futex is slept on. A wake-up is not missed on either side for the same reason: who
 * waits makes itself visible first and then looks once more; who changes something does that first,
 * and then looks for who waits. One of the two sees the other. Who lets go wakes both queues, and
 * makes no system call where both are empty.
 *
 * <p><b>The fast way.</b> A thread that had the cell last guesses that nobody had it since, and
 * makes the word of that guess: {@link #take} does not read the word before it writes it. If the
 * guess is wrong the compare-and-set says so, and the slow way is gone.
 *
 * <p><b>Death.</b> A process has its slot by a lock of the kernel, which ends with it. Who finds
 * the cell taken and cannot wait any longer for news asks whether the holder's slot is free; if so
 * it gives up what that process had, while it keeps the slot from being given to another. A dead
 * reader's bit is cleared. A dead writer's word is freed with a mark: what it was changing may be
 * half changed, and the next writer is refused, or repairs.
 *
 * <p><b>Remaining races.</b> Everybody who may write to the memory may overwrite the word: that is
 * noticed when the holder lets go or asks, and not before.
 *
 * <p><b>Threads.</b> Safe for all.
 *
 * <p><b>Sources.</b> futex(2), pthread_mutex_consistent(3).
 */
final class MemoryCell extends ThreadQueue {
  /** Not taken. */
  static final long BUSY = -1;

  /** Taken in shared mode. A positive number: taken alone, and that is its generation. */
  static final long SHARED = 0;

  /** Offsets in the cell; two more are in {@link CellWaiters}. */
  private static final int STATE = 0;

  static final int VALUE = 16;
  private static final int TOKEN = 24;
  static final int PERMITS = 64;

  /** How many permits a semaphore has; behind those that each process has taken. */
  static final int AGREED = PERMITS + 4 * CellState.SLOTS;

  /** One thread changes our bit of the word, without waiting for anything. */
  private static final int CHANGING = -1;

  private static final VarHandle READERS;
  private static final VarHandle DISOWNED;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      READERS = lookup.findVarHandle(MemoryCell.class, "readers", int.class);
      DISOWNED = lookup.findVarHandle(MemoryCell.class, "disowned", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final SharedMemory memory;
  private final SharedWord word;
  private final SharedWord token;

  /** The waiters of all processes. */
  final CellWaiters outside;

  private final int slot;

  /** What the word is while this process has it alone, but for the generation. */
  private final long mine;

  private final String name;

  /** How many threads of this process share it; or {@link #CHANGING}. */
  private volatile int readers;

  /** The stack of the thread that came last; it often comes again. */
  private @Nullable HeldStack lastStack;

  /** The last generation that was detached from the thread that acquired it. */
  private volatile long disowned;

  MemoryCell(SharedMemory memory, int cell) {
    super(memory.key(cell));
    this.memory = memory;
    long at = SharedMemory.offset(cell);
    this.word = memory.mapping().word(at + STATE);
    this.token = memory.mapping().word(at + TOKEN);
    this.outside = new CellWaiters(memory, at);
    this.slot = memory.slot();
    this.mine = CellState.written(slot, 0);
    this.name = memory.path() + "[" + cell + "]";
  }

  @Override
  public String name() {
    return name;
  }

  private long written(long generation) {
    return mine | generation;
  }

  // --- who answers for it ---

  /** What the current thread holds. */
  HeldStack stack() {
    HeldStack last = lastStack;
    if (last == null || !last.isOfCurrentThread()) {
      last = HeldStack.current();
      lastStack = last;
    }
    return last;
  }

  /** Nobody answers for this generation any more. */
  void disown(long generation) {
    long before = disowned;
    while (before < generation && !DISOWNED.compareAndSet(this, before, generation)) {
      before = disowned;
    }
  }

  @Override
  public boolean isOwnedBy(Thread thread, long generation) {
    return (word.get() & ~CellState.INCONSISTENT) == written(generation) && disowned != generation;
  }

  @Override
  public boolean forget(Thread thread) {
    return true;
  }

  // --- alone ---

  /**
   * Takes it alone if that is as easy as it usually is: nobody waits for it here, and nobody took
   * it since this thread let go of it. That is a guess, which spares reading the word: to read it
   * takes long just after it was written so that all others see it.
   */
  long take(HeldStack stack) {
    int at = stack.find(this);
    if (at < 0 || hasWaiters()) {
      return BUSY;
    }
    long last = stack.generation(at);
    long next = last + 1;
    if (!CellState.isReady(last)) {
      return BUSY;
    }
    // Before it is taken, since what is written in between is waited for when it is let go.
    stack.setGeneration(at, next);
    if (word.compareAndSet(CellState.free(last), written(next))) {
      return next;
    }
    stack.setGeneration(at, last);
    return BUSY;
  }

  private long takeAlone(HeldStack stack, boolean repairs) throws IOException {
    int at = stack.find(this);
    if (at < 0) {
      // Before it is taken: if there is no room left to keep it in mind, nothing has to be let go.
      stack.owns(this, 0);
      at = stack.find(this);
    }
    for (; ; ) {
      long state = word.get();
      if (!CellState.isFree(state)) {
        return BUSY;
      }
      if (CellState.isInconsistent(state) && !repairs) {
        throw new LockPoisonedException(name);
      }
      long generation = nextGeneration(CellState.generation(state));
      long after = written(generation) | (state & CellState.INCONSISTENT);
      if (word.compareAndSet(state, after)) {
        stack.setGeneration(at, generation);
        return generation;
      }
    }
  }

  private long nextGeneration(long generation) throws IOException {
    if (generation >= CellState.LAST_GENERATION) {
      throw new IOException(name + ": its fencing tokens are used up");
    }
    return generation + 1;
  }

  /**
   * Lets go of what was taken alone with this generation.
   *
   * @return false if it is not held: that was done already, or the memory was overwritten
   */
  boolean release(long generation) {
    boolean released = word.compareAndSet(written(generation), CellState.free(generation));
    changed();
    return released;
  }

  /** True if what was taken is to be repaired before anybody relies on it. */
  boolean isInconsistent(long taken) {
    return word.get() == (written(taken) | CellState.INCONSISTENT);
  }

  /** It was repaired. */
  void setConsistent(long generation) {
    long repaired = written(generation);
    word.compareAndSet(repaired | CellState.INCONSISTENT, repaired);
  }

  /** Lets go of what was taken, and leaves it inconsistent if it is that. */
  void abandon(long taken) {
    if (taken == SHARED) {
      leave();
    } else if (!release(taken)) {
      long written = written(taken) | CellState.INCONSISTENT;
      word.compareAndSet(written, CellState.free(taken) | CellState.INCONSISTENT);
      changed();
    }
  }

  // --- shared ---

  /** Becomes one more reader of this process, or its first. */
  @SuppressWarnings("ThreadPriorityCheck") // whoever is passed to is about to be done
  private long share() throws IOException {
    for (; ; ) {
      int now = readers;
      if (now == CHANGING) {
        // A reader comes or goes, and is in nobody's way.
        Thread.yield();
        continue;
      }
      if (now == 0 && !mayShare(word.get())) {
        return BUSY;
      }
      if (!READERS.compareAndSet(this, now, now == 0 ? CHANGING : now + 1)) {
        continue;
      }
      if (now > 0) {
        return SHARED;
      }
      boolean taken = false;
      try {
        taken = setOurBit();
      } finally {
        readers = taken ? 1 : 0;
        wakeFirst();
      }
      return taken ? SHARED : BUSY;
    }
  }

  private boolean mayShare(long state) throws IOException {
    if (CellState.isFree(state) && CellState.isInconsistent(state)) {
      throw new LockPoisonedException(name);
    }
    return !CellState.isWritten(state);
  }

  private boolean setOurBit() throws IOException {
    for (; ; ) {
      long state = word.get();
      if (!mayShare(state)) {
        return false;
      }
      if (CellState.isFree(state)) {
        keepGeneration(CellState.generation(state));
      }
      if (word.compareAndSet(state, CellState.withReader(slot, state))) {
        return true;
      }
    }
  }

  /**
   * Keeps the generation while readers have its place in the word. It only grows, so that one who
   * comes late with an old one does no harm.
   */
  private void keepGeneration(long generation) {
    for (; ; ) {
      long kept = token.get();
      if (kept >= generation || token.compareAndSet(kept, generation)) {
        return;
      }
    }
  }

  /** The generation of the last writer; asked for while it is held shared. */
  long keptGeneration() {
    return token.get();
  }

  /** One reader of this process less. */
  void leave() {
    for (; ; ) {
      int now = readers;
      if (READERS.compareAndSet(this, now, now == 1 ? CHANGING : now - 1)) {
        if (now == 1) {
          clearBit(slot);
          readers = 0;
          changed();
        }
        return;
      }
    }
  }

  private void clearBit(int reader) {
    for (; ; ) {
      long state = word.get();
      if (!CellState.isReadBy(reader, state)
          || word.compareAndSet(state, CellState.withoutReader(reader, state, keptGeneration()))) {
        return;
      }
    }
  }

  /** Becomes a reader once more, whoever waits, while the thread is one: SHARED, or BUSY. */
  long shareAgain() throws IOException {
    return share();
  }

  // --- change of mode ---

  /**
   * From alone to shared.
   *
   * @return false if it is not held alone with this generation
   */
  @SuppressWarnings("ThreadPriorityCheck") // whoever is passed to is about to be done
  boolean downgrade(long generation) {
    while (!READERS.compareAndSet(this, 0, CHANGING)) {
      if (readers > 0) {
        return false;
      }
      // A reader is just finding out that it cannot come in.
      Thread.yield();
    }
    keepGeneration(generation);
    boolean done = word.compareAndSet(written(generation), CellState.readBy(slot));
    readers = done ? 1 : 0;
    changed();
    return done;
  }

  /** From shared to alone, if there is no other reader that lives: the generation, or BUSY. */
  long upgrade() throws IOException {
    long generation = nextGeneration(keptGeneration());
    do {
      if (!READERS.compareAndSet(this, 1, CHANGING)) {
        return BUSY;
      }
      boolean done = word.compareAndSet(CellState.readBy(slot), written(generation));
      readers = done ? 0 : 1;
      if (done) {
        return generation;
      }
      wakeFirst();
    } while (buryTheDead());
    return BUSY;
  }

  // --- waiting ---

  /** Takes it if that is possible now. Never waits. */
  long tryEnter(Mode mode, HeldStack stack, boolean repairs) throws IOException {
    if (hasWaiters()) {
      return BUSY;
    }
    return new Claim(mode, stack, repairs, Deadline.PAST).now();
  }

  /** Waits for it. */
  long enter(Mode mode, HeldStack stack, boolean repairs, Deadline deadline)
      throws IOException, InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    Claim claim = new Claim(mode, stack, repairs, deadline);
    return await(claim, deadline) ? claim.taken : BUSY;
  }

  private final class Claim implements Turn {
    private final Mode mode;
    private final HeldStack stack;
    private final boolean repairs;
    private final Deadline deadline;
    private long taken = BUSY;

    Claim(Mode mode, HeldStack stack, boolean repairs, Deadline deadline) {
      this.mode = mode;
      this.stack = stack;
      this.repairs = repairs;
      this.deadline = deadline;
    }

    private long attempt() throws IOException {
      taken = mode == Mode.SHARED ? share() : takeAlone(stack, repairs);
      return taken;
    }

    long now() throws IOException {
      return attempt() == BUSY && buryTheDead() ? attempt() : taken;
    }

    @Override
    public Step look(boolean first) throws IOException, InterruptedException {
      if (!first) {
        return Step.PARK;
      }
      if (attempt() != BUSY) {
        return Step.DONE;
      }
      if (readers != 0 || CellState.isHeldBy(slot, word.get())) {
        // Whoever of this process lets go wakes the first here.
        return Step.PARK;
      }
      return outside.await(() -> now() != BUSY, deadline) ? Step.DONE : Step.AGAIN;
    }
  }

  /** Something was changed: whoever waits for that is woken, here and outside. */
  void changed() {
    outside.wake();
    wakeFirst();
  }

  // --- the dead ---

  /** Gives up what dead processes hold; true if there were any. */
  private boolean buryTheDead() throws IOException {
    boolean any = false;
    for (int other : holdersOf(word.get())) {
      any |= memory.ifDead(other, () -> giveUp(other));
    }
    return any;
  }

  /** Takes out what the last owner of a slot left. Nobody else gets that slot meanwhile. */
  void giveUp(int dead) {
    outside.forget(dead);
    clearBit(dead);
    long state = word.get();
    if (CellState.isWrittenBy(dead, state)) {
      long generation = CellState.generation(state);
      word.compareAndSet(state, CellState.free(generation) | CellState.INCONSISTENT);
    }
    changed();
  }

  // --- its name ---

  /**
   * Looks whether the name still leads to this memory.
   *
   * @throws LockLostException if it does not: others lock what is there now
   */
  void requireInPlace() throws IOException {
    if (!LockFile.leads(memory.path(), key.device(), key.inode())) {
      throw new LockLostException(name, "the name no longer leads to the memory that was locked");
    }
  }

  /** Has the hint run when that may have changed. */
  Watch watch(Runnable hint) {
    Path directory = memory.path().toAbsolutePath().getParent();
    return directory == null ? Watch.NONE : NameWatch.whenChanged(directory, false, hint);
  }

  // --- for people ---

  /** True if this process holds it, so: with this generation, or shared. */
  boolean isHeld(long taken) {
    long state = word.get();
    return taken == SHARED ? CellState.isReadBy(slot, state) : state == written(taken);
  }

  private static List<Integer> holdersOf(long state) {
    List<Integer> slots = new ArrayList<>();
    for (int slot = 0; slot < SharedMemory.PROCESSES; slot++) {
      if (CellState.isHeldBy(slot, state)) {
        slots.add(slot);
      }
    }
    return slots;
  }

  List<Holder> holders() throws IOException {
    long state = word.get();
    Mode mode = CellState.isWritten(state) ? Mode.EXCLUSIVE : Mode.SHARED;
    List<Holder> holders = new ArrayList<>();
    for (int other : holdersOf(state)) {
      int pid = memory.pidOf(other);
      String command = pid < 0 ? "" : KernelLocks.commandOf(pid);
      holders.add(new Holder(pid, command, mode, 0, 0, null, "", "slot " + other));
    }
    return holders;
  }
}
