package dev.holdfast.locks.kernel;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.process.Processes;
import dev.holdfast.libc.process.Signals;
import dev.holdfast.locks.wait.Deadline;
import dev.holdfast.locks.wait.Timers;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.spi.AbstractInterruptibleChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Waiting inside a system call that knows neither deadlines nor {@link Thread#interrupt}: the
 * thread in it gets a signal that does nothing but end the call with {@code EINTR}.
 *
 * <p>The kernel wakes the waiter at the very moment of the release, whether by unlock, close or
 * death, which no polling matches. A platform thread waits itself; for a virtual thread a platform
 * thread waits in its place, so that no carrier is pinned.
 *
 * <p>A signal can arrive before the thread is in the call, and be lost: it is sent again until the
 * thread is seen to have left.
 */
public final class KernelWait {
  private static final long NUDGE_MILLIS = 1;
  private static final int MOST_HELPERS = 256;

  /** A system call that may block. */
  public interface Call {
    SyscallResult run();
  }

  private KernelWait() {}

  private static final class Lazy {
    static final int PID = Unistd.getpid();
    static final int SIGNAL = freeSignal();
    static final ThreadPoolExecutor HELPERS =
        new ThreadPoolExecutor(
            0,
            MOST_HELPERS,
            5,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            Thread.ofPlatform().daemon().name("holdfast-locks-wait-", 1).factory());

    /**
     * A real-time signal that nobody uses, or 0. The highest are taken by debuggers and the JDK.
     */
    private static int freeSignal() {
      for (int signal = Signals.SIGRTMAX - 3; signal > Signals.SIGRTMAX - 20; signal--) {
        if (Signals.interruptWith(signal).ok()) {
          return signal;
        }
      }
      return 0;
    }
  }

  /** What a platform thread waits with again and again. */
  private static final class Waiter {
    static final ThreadLocal<Waiter> MINE = ThreadLocal.withInitial(Waiter::new);

    final int tid = Unistd.gettid();
    private Wait unlimited = new Wait();

    /** One that nobody has cancelled. */
    Wait unlimited() {
      if (unlimited.cancelled) {
        unlimited = new Wait();
      }
      return unlimited;
    }
  }

  /**
   * Waits of one thread, until one of them is cancelled; as a channel it is told by the JDK when
   * that thread is interrupted.
   */
  private static final class Wait extends AbstractInterruptibleChannel {
    private int tid;
    private boolean inside;
    private volatile boolean cancelled;

    SyscallResult run(Call call, Deadline deadline) {
      Future<?> alarm =
          deadline.limited()
              ? Timers.once(deadline.left(), TimeUnit.NANOSECONDS, this::cancel)
              : null;
      SyscallResult result = SyscallResult.failure(Errno.EINTR);
      try {
        enter();
        begin();
        while (!cancelled) {
          result = call.run();
          if (!result.is(Errno.EINTR)) {
            break;
          }
        }
      } finally {
        leave();
        if (alarm != null) {
          alarm.cancel(false);
        }
        try {
          end(true);
        } catch (AsynchronousCloseException interrupted) {
          // The thread's interrupt status is still set, and says the same.
        }
      }
      return result;
    }

    private synchronized void enter() {
      tid = Waiter.MINE.get().tid;
      inside = true;
    }

    private synchronized void leave() {
      inside = false;
    }

    void cancel() {
      cancelled = true;
      nudge();
    }

    private synchronized void nudge() {
      if (inside) {
        Processes.tgkill(Lazy.PID, tid, Lazy.SIGNAL);
        var _ = Timers.once(NUDGE_MILLIS, TimeUnit.MILLISECONDS, this::nudge);
      }
    }

    @Override
    protected void implCloseChannel() {
      cancel();
    }
  }

  /** True if to wait costs about as much as to try: then one need not try first. */
  static boolean isCheap(Deadline deadline) {
    return !deadline.limited() && available() && !Thread.currentThread().isVirtual();
  }

  /** False if waits must poll: no signal is left to end them with. */
  public static boolean available() {
    return Lazy.SIGNAL != 0;
  }

  /**
   * Runs a call that may block until it ends with something else than {@code EINTR}.
   *
   * @return its answer; null if the deadline passed, or if there are too many waits already
   * @throws InterruptedException if the thread was interrupted and the call did not succeed
   */
  public static @Nullable SyscallResult await(Call call, Deadline deadline)
      throws InterruptedException {
    SyscallResult result;
    if (Thread.currentThread().isVirtual()) {
      result = runElsewhere(call, deadline);
    } else {
      Wait wait = deadline.limited() ? new Wait() : Waiter.MINE.get().unlimited();
      result = wait.run(call, deadline);
    }
    if (result == null || result.is(Errno.EINTR)) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      return null;
    }
    return result;
  }

  private static @Nullable SyscallResult runElsewhere(Call call, Deadline deadline) {
    Wait wait = new Wait();
    CompletableFuture<SyscallResult> answer = new CompletableFuture<>();
    try {
      Lazy.HELPERS.execute(() -> answerTo(answer, wait, call, deadline));
    } catch (RejectedExecutionException tooMany) {
      return null;
    }
    boolean interrupted = false;
    try {
      for (; ; ) {
        try {
          return answer.get();
        } catch (InterruptedException e) {
          interrupted = true;
          wait.cancel();
        } catch (ExecutionException failed) {
          throw new AssertionError("a wait on another thread failed", failed.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Whatever comes of it: else the one who asked would wait for ever. */
  private static void answerTo(
      CompletableFuture<SyscallResult> answer, Wait wait, Call call, Deadline deadline) {
    try {
      answer.complete(wait.run(call, deadline));
    } catch (RuntimeException | Error failure) {
      answer.completeExceptionally(failure);
    }
  }

  /** A wait on a thread of its own. Threads: for the one that began it. */
  public static final class Elsewhere implements AutoCloseable {
    private final Wait wait = new Wait();
    private final CompletableFuture<Boolean> end = new CompletableFuture<>();

    private Elsewhere() {}

    /** True if the call has ended, or was never made. */
    public boolean hasEnded() {
      return end.isDone();
    }

    /** Ends it. When this returns nobody is in the call. */
    @Override
    public void close() {
      wait.cancel();
      end.join();
    }
  }

  /**
   * Has another thread make a call that may block, so that the kernel's table shows that this
   * process waits, and for what.
   *
   * @param ended run when it has ended by itself, or by its closing
   * @return null if there are too many waits already, or no signal to end one with
   */
  public static @Nullable Elsewhere elsewhere(Call call, Runnable ended) {
    if (!available()) {
      return null;
    }
    Elsewhere elsewhere = new Elsewhere();
    try {
      Lazy.HELPERS.execute(
          () -> {
            try {
              elsewhere.wait.run(call, Deadline.NONE);
            } finally {
              ended.run();
              elsewhere.end.complete(true);
            }
          });
      return elsewhere;
    } catch (RejectedExecutionException tooMany) {
      return null;
    }
  }
}
