package dev.holdfast.files.ground;

import dev.holdfast.libc.ShutdownHooks;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Work that tidies up behind itself: when the virtual machine ends, by a signal for example, the
 * thread that does it is interrupted, and gets a moment to stop.
 */
public final class OrderlyStop implements AutoCloseable {
  /** It may be in a call that no interruption ends; that must not keep the machine from ending. */
  private static final int MOMENT_SECONDS = 2;

  private final Thread worker = Thread.currentThread();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Thread hook = new Thread(this::stop, "holdfast-stop");

  /** Made by the thread that works. */
  public OrderlyStop() {
    try {
      ShutdownHooks.add(hook);
    } catch (IllegalStateException ending) {
      // Too late for this: the work is as any that is cut off.
    }
  }

  private void stop() {
    worker.interrupt();
    try {
      var _ = stopped.await(MOMENT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    stopped.countDown();
    ShutdownHooks.remove(hook);
  }
}
