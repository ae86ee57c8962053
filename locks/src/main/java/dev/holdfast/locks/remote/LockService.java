package dev.holdfast.locks.remote;

import dev.holdfast.locks.HostLock;
import java.io.IOException;
import java.util.List;

/**
 * A connection to a server that keeps locks. Closing it lets go of all that are held by it.
 *
 * <p><b>Threads.</b> Safe for all.
 */
public interface LockService extends AutoCloseable {
  /** The lock of this name, whatever characters it has; exclusive, or {@code shared()}. */
  HostLock lock(String name);

  /**
   * One of several permits under this name. All who ask must give the same number.
   *
   * @throws IllegalArgumentException if there are to be none
   */
  HostLock semaphore(String name, int permits);

  /** Who holds and who waits, by the name of the lock. A snapshot. */
  List<LockState> states() throws IOException;

  /**
   * What a look at the server shows, one line for each thing: its version, our rights, what is
   * wrong with it.
   *
   * @throws IOException if it is of no use for locks
   */
  List<String> examine() throws IOException;

  @Override
  void close();
}
