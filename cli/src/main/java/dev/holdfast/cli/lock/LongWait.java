package dev.holdfast.cli.lock;

import dev.holdfast.libc.IdleMemory;
import java.io.IOException;
import java.util.concurrent.locks.LockSupport;

/** What a command does that has waited for some time, for a lock or for the program it runs. */
final class LongWait implements AutoCloseable {
  private static final long SILENT_MILLIS = 1000;

  /** Until the virtual machine has done what it does in the background after a start. */
  private static final long SETTLED_MILLIS = 6000;

  private final Thread thread;

  private LongWait(First first) {
    thread = Thread.ofPlatform().daemon().name("waiting").start(() -> run(first));
  }

  /** Something to do first. */
  interface First {
    void run() throws IOException;
  }

  /** Begins a wait, which closing this ends. While it is long the command keeps little memory. */
  static LongWait begin(First first) {
    return new LongWait(first);
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  private static void run(First first) {
    try {
      sleep(SILENT_MILLIS);
      first.run();
      IdleMemory.giveBack();
      sleep(SETTLED_MILLIS);
      IdleMemory.giveBack();
    } catch (InterruptedException | IOException itDidNotTakeLong) {
      return;
    }
  }

  /** Thread.sleep loads a class that no cache can hold, in each start. */
  private static void sleep(long millis) throws InterruptedException {
    long end = System.nanoTime() + millis * 1_000_000;
    for (long left; (left = end - System.nanoTime()) > 0; ) {
      LockSupport.parkNanos(LongWait.class, left);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
  }
}
