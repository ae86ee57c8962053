package dev.holdfast.files.temp;

import dev.holdfast.libc.ShutdownHooks;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Removes, when the virtual machine exits, what has a name and was not closed. Other threads go on
 * until the very end: what one of them is just making is waited for, and so is what it is just
 * removing; after that nothing more is made.
 *
 * <p><b>Threads.</b> Safe for all.
 */
final class TempExit {
  private static final Set<AutoCloseable> OPEN = ConcurrentHashMap.newKeySet();
  private static final ReentrantReadWriteLock MAKING = new ReentrantReadWriteLock();

  /** Set with all of the lock. */
  private static boolean ending;

  static {
    try {
      ShutdownHooks.add(new Thread(TempExit::closeAll, "holdfast-temp"));
    } catch (IllegalStateException itEndsAlready) {
      ending = true;
    }
  }

  private TempExit() {}

  /** Makes something. */
  interface Making<T> {
    T make() throws IOException;
  }

  /** From now on what is made is closed at exit, at the latest. */
  static <T extends AutoCloseable> T guard(Making<T> making) throws IOException {
    Lock mine = MAKING.readLock();
    mine.lock();
    try {
      if (ending) {
        throw new IOException(
            "the program is ending: nothing temporary is made any more, since nobody would remove"
                + " it");
      }
      T temp = making.make();
      OPEN.add(temp);
      return temp;
    } finally {
      mine.unlock();
    }
  }

  /** It is removed. */
  static void release(AutoCloseable temp) {
    OPEN.remove(temp);
  }

  private static void closeAll() {
    Lock all = MAKING.writeLock();
    all.lock();
    try {
      ending = true;
    } finally {
      all.unlock();
    }
    for (AutoCloseable temp : OPEN) {
      try {
        // Waits for whoever is closing it.
        temp.close();
      } catch (Exception failure) {
        System.getLogger(TempExit.class.getName())
            .log(System.Logger.Level.WARNING, () -> temp + " stays", failure);
      }
    }
  }
}
