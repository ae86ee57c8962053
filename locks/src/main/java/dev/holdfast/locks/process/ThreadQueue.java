package dev.holdfast.locks.process;

import dev.holdfast.locks.Key;
import dev.holdfast.locks.Place;
import dev.holdfast.locks.wait.Deadline;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The threads of this process that wait for one {@link Key}, in the order of their coming. Whether
 * it is theirs the subclass says.
 *
 * <p><b>Why a queue in each process.</b> The kernel's locks belong to a process or to an open file,
 * so that two threads would both be granted one; and a thread that waits in the kernel for another
 * thread of its own process would wait for what it itself keeps. So threads meet here, and only the
 * first of them claims outside: one claimant for each process, whatever the kind of lock.
 *
 * <p><b>How one waits.</b> A thread raises the count, enters the queue, and then looks, again and
 * again: at its turn it takes what it came for, else it parks. It is unparked when the one before
 * it leaves, in whatever way: granted, interrupted, or too late. A permit to unpark that comes
 * before the park is kept by the thread, and one without reason only costs a look.
 *
 * <p><b>Why no wake-up is missed.</b> Who lets go first writes that it is free and then reads the
 * count; who waits first raises the count and then reads whether it is free. Both are volatile: one
 * of the two sees what the other did. Therefore the count is raised <em>before</em> the thread is
 * in the queue: it may be too high for a moment, which costs a needless look, and is never too low.
 *
 * <p><b>Why readers do not pile up.</b> A reader that went in wakes the next in the queue as it
 * leaves it, and if that is a reader it goes in, too; a writer stays first, and nobody behind it
 * passes. Without that a stream of readers would keep writers out for ever. The price is that
 * readers behind a writer wait although they could be let in.
 *
 * <p><b>Who may pass.</b> Who finds nobody waiting and the lock free takes it without entering the
 * queue; who finds somebody waiting never does. A thread that reads already may read again whoever
 * waits: it would wait for one that waits for it.
 *
 * <p><b>Why not a lock of java.util.concurrent.</b> The claim of the first may last long, be
 * interrupted, end with an error, or be held by another process; what is queued for must be given
 * on, shared, detached from its thread and left to a child. A ReentrantReadWriteLock ties it to the
 * thread that took it, and lets nobody ask who is first.
 *
 * <p><b>Threads.</b> Safe for all; virtual threads park like others. <b>Sources.</b> LockSupport;
 * Dekker's argument about two flags.
 */
@SuppressWarnings("exports") // who uses this needs no jspecify
public abstract class ThreadQueue {
  /** What a waiting thread is to do next. */
  public enum Step {
    /** Leave the queue. */
    DONE,
    /** Look again. */
    AGAIN,
    /** Sleep until {@link #wakeFirst} or {@link #wakeAll}. */
    PARK
  }

  /** How a waiting thread looks for its turn. */
  public interface Turn {
    /**
     * Looks, and takes it if it is its turn.
     *
     * @param first true if no other came before
     */
    Step look(boolean first) throws IOException, InterruptedException;
  }

  private static final VarHandle WAITING;

  static {
    try {
      WAITING = MethodHandles.lookup().findVarHandle(ThreadQueue.class, "waiting", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  public final Key key;
  private final ConcurrentLinkedQueue<Thread> queue = new ConcurrentLinkedQueue<>();

  /** The length of the queue, or more: raised before one enters it. */
  private volatile int waiting;

  /** The last known place of a holder, for messages. Not every acquisition writes it. */
  public volatile @Nullable Place lastPlace;

  public ThreadQueue(Key key) {
    this.key = key;
  }

  /** What people call what is locked. */
  public abstract String name();

  /**
   * True if this thread, which is the current one, acquired it alone and answers for it.
   *
   * @param generation that of its last acquisition, where there are such
   */
  public abstract boolean isOwnedBy(Thread thread, long generation);

  /**
   * This thread, which is the current one, does not keep it in mind any more: it must tell {@link
   * HeldStack#owns} again.
   *
   * @return false if it cannot forget it, since it owns it after all
   */
  public abstract boolean forget(Thread thread);

  public final boolean hasWaiters() {
    return waiting != 0;
  }

  /**
   * Waits in the queue.
   *
   * @return false if the deadline passed
   */
  @SuppressWarnings("ReferenceEquality") // a thread is itself only
  public final boolean await(Turn turn, Deadline deadline)
      throws IOException, InterruptedException {
    Thread me = Thread.currentThread();
    WAITING.getAndAdd(this, 1);
    try {
      queue.add(me);
      for (; ; ) {
        Step next = turn.look(queue.peek() == me);
        if (next == Step.DONE) {
          return true;
        }
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        long left = deadline.left();
        if (left <= 0) {
          return false;
        }
        if (next == Step.AGAIN) {
          continue;
        }
        if (deadline.limited()) {
          LockSupport.parkNanos(this, left);
        } else {
          LockSupport.park(this);
        }
      }
    } finally {
      queue.remove(me);
      WAITING.getAndAdd(this, -1);
      // Whoever came next may be first now, and a reader that went in lets the next reader in.
      wakeFirst();
    }
  }

  public final void wakeFirst() {
    // Whoever raises the count after this look finds what was written before it.
    if (!hasWaiters()) {
      return;
    }
    Thread first = queue.peek();
    if (first != null) {
      LockSupport.unpark(first);
    }
  }

  public final void wakeAll() {
    queue.forEach(LockSupport::unpark);
  }
}
