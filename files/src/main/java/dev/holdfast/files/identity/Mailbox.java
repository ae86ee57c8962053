package dev.holdfast.files.identity;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Work for one platform thread, which does it in the order of its coming. Adding some wakes that
 * thread and no other: there is no lock that another thread could wait for.
 *
 * <p><b>Threads.</b> Safe for all.
 */
final class Mailbox<T> {
  private final Queue<T> letters = new ConcurrentLinkedQueue<>();
  private final Thread reader;
  private volatile boolean closed;

  /**
   * Starts the thread, with the identity of the calling one.
   *
   * @param reading must not throw
   */
  Mailbox(String name, Consumer<T> reading) {
    this.reader = Thread.ofPlatform().daemon().name(name).start(() -> read(reading));
  }

  private void read(Consumer<T> reading) {
    while (!closed) {
      T letter = letters.poll();
      if (letter != null) {
        reading.accept(letter);
      } else {
        LockSupport.park(this);
        // Who interrupts it means a task that is over.
        Thread.interrupted();
      }
    }
  }

  boolean isCurrentThread() {
    return Thread.currentThread().equals(reader);
  }

  /** False if it is closed. */
  boolean put(T letter) {
    if (closed) {
      return false;
    }
    letters.add(letter);
    // Closed meanwhile: either it is taken out here, or whoever closed it has it.
    if (closed && letters.remove(letter)) {
      return false;
    }
    LockSupport.unpark(reader);
    return true;
  }

  /** Ends the thread after the letter it is at; those it did not read are refused. */
  void close(Consumer<T> refusing) {
    closed = true;
    LockSupport.unpark(reader);
    for (T letter = letters.poll(); letter != null; letter = letters.poll()) {
      refusing.accept(letter);
    }
  }
}
