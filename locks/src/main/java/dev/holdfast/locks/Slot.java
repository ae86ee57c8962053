package dev.holdfast.locks;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The one place of this Java process where a {@link Key} is locked: a queue of threads in the order
 * of their coming, of which the first is the only claimant towards the rest of the machine.
 *
 * <p>Kernel locks belong to the process or to a descriptor and not to a thread, so threads must be
 * kept apart here; and a claimant that waits outside must not keep others from leaving the queue.
 */
final class Slot {
  /** Nobody has it. */
  private static final int FREE = 0;

  /**
   * One thread claims, releases or converts it, or holds it alone. A positive state counts readers.
   */
  private static final int ALONE = -1;

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

  private static final class Waiter {
    final Thread thread = Thread.currentThread();
    final boolean shared;

    Waiter(boolean shared) {
      this.shared = shared;
    }
  }

  /** How an attempt to enter ended. */
  enum Entry {
    GRANTED,
    BUSY,
    /** The slot is closed: look the key up again. */
    DEAD
  }

  final Engine engine;
  final Key key;
  private final ConcurrentLinkedQueue<Waiter> queue = new ConcurrentLinkedQueue<>();

  private volatile int state;

  /** The length of the queue, or more: raised before one enters it. */
  private final AtomicInteger waiting = new AtomicInteger();

  /**
   * Who acquired it alone, if that thread answers for it. Written by the holder, before the state
   * says that it is held; left as it is when it lets go, since the same thread often comes again.
   */
  private volatile @Nullable Thread owner;

  /** When it was last looked at in earnest; see {@link Upkeep}. */
  volatile int usedInEpoch;

  /** The last known place of a holder, for messages. Not every acquisition writes it. */
  volatile @Nullable Place lastPlace;

  Slot(Engine engine) {
    this.engine = engine;
    this.key = engine.key();
  }

  /** Takes it if it is free here and outside. */
  Entry tryEnter(Mode mode) throws IOException {
    if (waiting.get() != 0) {
      return state == DEAD ? Entry.DEAD : Entry.BUSY;
    }
    if (mode == Mode.SHARED && join()) {
      return Entry.GRANTED;
    }
    if (!STATE.compareAndSet(this, FREE, ALONE)) {
      return state == DEAD ? Entry.DEAD : Entry.BUSY;
    }
    boolean granted = false;
    try {
      granted = engine.tryClaim(mode);
    } finally {
      settle(granted, mode);
    }
    return granted ? Entry.GRANTED : Entry.BUSY;
  }

  /** Waits for it, first here, then outside. */
  Entry enter(Mode mode, Deadline deadline) throws IOException, InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    if (!(waiting.get() == 0 && (mode == Mode.SHARED && join()))) {
      if (!(waiting.get() == 0 && STATE.compareAndSet(this, FREE, ALONE))) {
        Entry turn = awaitTurn(mode, deadline);
        if (turn != Entry.GRANTED || (mode == Mode.SHARED && state > 0)) {
          return turn;
        }
      }
      boolean granted = false;
      try {
        granted = engine.claim(mode, deadline);
      } finally {
        settle(granted, mode);
      }
      return granted ? Entry.GRANTED : Entry.BUSY;
    }
    return Entry.GRANTED;
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
  private Entry awaitTurn(Mode mode, Deadline deadline) throws InterruptedException {
    Waiter me = new Waiter(mode == Mode.SHARED);
    waiting.incrementAndGet();
    queue.add(me);
    try {
      for (; ; ) {
        if (state == DEAD) {
          return Entry.DEAD;
        }
        if (queue.peek() == me) {
          if ((me.shared && join()) || STATE.compareAndSet(this, FREE, ALONE)) {
            return Entry.GRANTED;
          }
        }
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        long left = deadline.left();
        if (left <= 0) {
          return Entry.BUSY;
        }
        if (deadline.limited()) {
          LockSupport.parkNanos(this, left);
        } else {
          LockSupport.park(this);
        }
      }
    } finally {
      queue.remove(me);
      waiting.decrementAndGet();
      // Whoever came next may be first now, and a reader that went in lets the next reader in.
      wakeFirst();
    }
  }

  @SuppressWarnings("ReferenceEquality") // a thread is itself only
  private void settle(boolean granted, Mode mode) {
    if (!granted) {
      state = FREE;
      wakeFirst();
    } else if (mode == Mode.SHARED) {
      state = 1;
      wakeFirst();
    } else {
      Thread me = Thread.currentThread();
      if (owner != me) {
        owner = me;
        HeldStack.current().owns(this);
      }
      STATE.setRelease(this, HELD);
    }
  }

  @SuppressWarnings("ReferenceEquality")
  boolean isOwnedBy(Thread thread) {
    return state == HELD && owner == thread;
  }

  /** The thread does not keep this slot in mind any more: it must tell it again. */
  @SuppressWarnings("ReferenceEquality")
  boolean forget(Thread thread) {
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
    }
  }

  /** True if the caller is the last reader, and now alone. */
  private boolean lastReader() {
    for (; ; ) {
      int now = state;
      if (STATE.compareAndSet(this, now, now == 1 ? ALONE : now - 1)) {
        return now == 1;
      }
    }
  }

  void downgrade() throws IOException {
    if (!engine.convert(Mode.SHARED)) {
      throw new IOException(key + ": the lock could not be made shared");
    }
    owner = null;
    state = 1;
    wakeFirst();
  }

  boolean tryUpgrade() throws IOException {
    if (!STATE.compareAndSet(this, 1, ALONE)) {
      return false;
    }
    boolean done = false;
    try {
      done = engine.convert(Mode.EXCLUSIVE);
      return done;
    } finally {
      if (done) {
        settle(true, Mode.EXCLUSIVE);
      } else {
        state = 1;
        wakeFirst();
      }
    }
  }

  private void wakeFirst() {
    // Whoever raises the count after this look finds the state that was written before it.
    if (waiting.get() == 0) {
      return;
    }
    Waiter first = queue.peek();
    if (first != null) {
      LockSupport.unpark(first.thread);
    }
  }

  /** Closes it if nobody uses it. */
  boolean retire() {
    if (waiting.get() != 0 || !STATE.compareAndSet(this, FREE, DEAD)) {
      return false;
    }
    engine.dispose();
    for (Waiter waiter : queue) {
      LockSupport.unpark(waiter.thread);
    }
    return true;
  }

  boolean heldHere() {
    int now = state;
    return now == ALONE || now == HELD || now > 0;
  }

  /** How many threads of this process wait in the queue. */
  int queued() {
    return queue.size();
  }
}
