package dev.holdfast.locks.process;

import dev.holdfast.locks.Key;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.wait.Deadline;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The one place of this Java process where a {@link Key} is locked: a queue of threads in the order
 * of their coming, of which the first is the only claimant towards the rest of the machine.
 *
 * <p>Kernel locks belong to the process or to a descriptor and not to a thread, so threads must be
 * kept apart here; and a claimant that waits outside must not keep others from leaving the queue.
 */
public final class Slot extends ThreadQueue {
  /** Nobody has it. */
  private static final int FREE = 0;

  /**
   * One thread claims, releases or converts it, or holds it alone. A positive state counts readers.
   */
  private static final int ALONE = -1;

  /** A reader comes, goes or upgrades, and waits for nothing in that. */
  private static final int PASSING = -4;

  /** Held alone, by the owner if it has one. */
  private static final int HELD = -3;

  /** Closed for want of use: whoever finds it looks the key up again. */
  private static final int DEAD = -2;

  private static final VarHandle STATE;
  private static final VarHandle OWNER;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(Slot.class, "state", int.class);
      OWNER = MethodHandles.lookup().findVarHandle(Slot.class, "owner", Thread.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** How an attempt to enter ended. */
  enum Entry {
    GRANTED,
    BUSY,
    /** The slot is closed: look the key up again. */
    DEAD
  }

  public final Engine engine;
  private volatile int state;

  /**
   * Who acquired it alone, if that thread answers for it. Written by the holder, before the state
   * says that it is held; left as it is when it lets go, since the same thread often comes again.
   */
  private volatile @Nullable Thread owner;

  /** When it was last looked at in earnest; see {@link Upkeep}. */
  volatile int usedInEpoch;

  /** Threads that look at what it is, without entering it. */
  private final AtomicInteger lookers = new AtomicInteger();

  /** Begins a look, in which it is not disposed of; false if it was already. */
  boolean beginLook() {
    lookers.incrementAndGet();
    if (state == DEAD) {
      lookers.decrementAndGet();
      return false;
    }
    return true;
  }

  void endLook() {
    lookers.decrementAndGet();
  }

  Slot(Engine engine) {
    super(engine.key());
    this.engine = engine;
  }

  @Override
  public String name() {
    return engine.name();
  }

  /**
   * Takes it if it is free here and outside. A reader waits out the moment in which another one
   * comes or goes, since it is in nobody's way then.
   */
  @SuppressWarnings("ThreadPriorityCheck") // whoever is passed to is about to be done
  Entry tryEnter(Mode mode) throws IOException {
    boolean shared = mode == Mode.SHARED;
    for (; ; ) {
      if (hasWaiters()) {
        return state == DEAD ? Entry.DEAD : Entry.BUSY;
      }
      if (shared && join()) {
        return Entry.GRANTED;
      }
      int now = (int) STATE.compareAndExchange(this, FREE, shared ? PASSING : ALONE);
      if (now == FREE) {
        return tryClaim(mode) ? Entry.GRANTED : Entry.BUSY;
      }
      if (now == DEAD) {
        return Entry.DEAD;
      }
      if (!shared || (now < 0 && now != PASSING)) {
        return Entry.BUSY;
      }
      Thread.yield();
    }
  }

  private boolean tryClaim(Mode mode) throws IOException {
    boolean granted = false;
    try {
      answerFor(mode);
      granted = engine.tryClaim(mode);
    } finally {
      settle(granted, mode);
    }
    return granted;
  }

  /** Waits for it, first here, then outside. */
  Entry enter(Mode mode, Deadline deadline) throws IOException, InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    Entry now = mode == Mode.SHARED ? tryEnter(mode) : Entry.BUSY;
    if (now != Entry.BUSY) {
      return now;
    }
    if (hasWaiters() || !STATE.compareAndSet(this, FREE, ALONE)) {
      Entry turn = awaitTurn(mode, deadline);
      if (turn != Entry.GRANTED || (mode == Mode.SHARED && state > 0)) {
        return turn;
      }
    }
    boolean granted = false;
    try {
      answerFor(mode);
      granted = engine.claim(mode, deadline);
    } finally {
      settle(granted, mode);
    }
    return granted ? Entry.GRANTED : Entry.BUSY;
  }

  /**
   * Becomes a reader once more, whoever waits: who waits for the end of the first time would wait
   * for ever, if the second waited behind it.
   */
  Entry shareAgain() {
    return join() ? Entry.GRANTED : Entry.BUSY;
  }

  /** Becomes one more reader of a lock that this process holds shared. */
  private boolean join() {
    for (; ; ) {
      int now = state;
      if (now <= 0) {
        return false;
      }
      if (STATE.compareAndSet(this, now, now + 1)) {
        return true;
      }
    }
  }

  /**
   * Waits in the queue. On GRANTED the state is ALONE and the caller is to claim, or it has joined
   * other readers.
   */
  private Entry awaitTurn(Mode mode, Deadline deadline) throws IOException, InterruptedException {
    boolean came =
        await(
            first -> {
              boolean mine =
                  first
                      && ((mode == Mode.SHARED && join())
                          || STATE.compareAndSet(this, FREE, ALONE));
              return mine || state == DEAD ? Step.DONE : Step.PARK;
            },
            deadline);
    if (!came) {
      return Entry.BUSY;
    }
    return state == DEAD ? Entry.DEAD : Entry.GRANTED;
  }

  /**
   * The current thread will answer for what it is going to claim alone. Before the claim: if there
   * is no room left to keep it in mind, nothing has to be let go.
   */
  @SuppressWarnings("ReferenceEquality") // a thread is itself only
  private void answerFor(Mode mode) {
    Thread me = Thread.currentThread();
    if (mode == Mode.EXCLUSIVE && owner != me) {
      owner = me;
      HeldStack.current().owns(this, 0);
    }
  }

  private void settle(boolean granted, Mode mode) {
    if (granted && mode == Mode.EXCLUSIVE) {
      STATE.setRelease(this, HELD);
    } else {
      state = granted ? 1 : FREE;
      wakeFirst();
    }
  }

  @Override
  @SuppressWarnings("ReferenceEquality")
  public boolean isOwnedBy(Thread thread, long generation) {
    return state == HELD && owner == thread;
  }

  @Override
  @SuppressWarnings("ReferenceEquality")
  public boolean forget(Thread thread) {
    return OWNER.compareAndSet(this, thread, null) || owner != thread;
  }

  /** The holder no longer answers for it. */
  void disown() {
    owner = null;
  }

  void leave(Mode mode) throws IOException {
    if (mode == Mode.SHARED && !lastReader()) {
      return;
    }
    try {
      engine.release();
    } finally {
      state = FREE;
      wakeFirst();
      Slots.left(this);
    }
  }

  /** Lets go of it, and of the engine, but leaves it to those who inherited it. */
  void leaveToHeirs(Mode mode) throws IOException {
    if (mode == Mode.SHARED && !lastReader()) {
      return;
    }
    boolean disposed = false;
    try {
      disposed = engine.leaveToHeirs();
    } finally {
      if (disposed) {
        state = DEAD;
        Slots.forget(this);
        wakeAll();
      } else {
        state = FREE;
        wakeFirst();
      }
    }
  }

  /** True if the caller is the last reader, and now alone in going. */
  private boolean lastReader() {
    for (; ; ) {
      int now = state;
      if (STATE.compareAndSet(this, now, now == 1 ? PASSING : now - 1)) {
        return now == 1;
      }
    }
  }

  /** Makes it shared; true if the current thread answered for it. */
  @SuppressWarnings("ReferenceEquality")
  boolean downgrade() throws IOException {
    if (!engine.convert(Mode.SHARED)) {
      throw new IOException(key + ": the lock could not be made shared");
    }
    boolean mine = owner == Thread.currentThread();
    owner = null;
    state = 1;
    wakeFirst();
    return mine;
  }

  /**
   * Makes it exclusive if that is possible now.
   *
   * @param bound whether the current thread answers for it then
   */
  boolean tryUpgrade(boolean bound) throws IOException {
    if (!STATE.compareAndSet(this, 1, PASSING)) {
      return false;
    }
    boolean done = false;
    try {
      if (bound) {
        answerFor(Mode.EXCLUSIVE);
      } else {
        owner = null;
      }
      done = engine.convert(Mode.EXCLUSIVE);
      return done;
    } finally {
      state = done ? HELD : 1;
      if (!done) {
        wakeFirst();
      }
    }
  }

  /** Closes it if nobody uses it. */
  boolean retire() {
    if (hasWaiters() || !STATE.compareAndSet(this, FREE, DEAD)) {
      return false;
    }
    if (lookers.get() > 0) {
      // They would look through a descriptor number that belongs to another file by then.
      state = FREE;
      return false;
    }
    engine.dispose();
    wakeAll();
    return true;
  }
}
