package dev.holdfast.files.temp;

import dev.holdfast.libc.ShutdownHooks;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Removes, when the virtual machine exits, what has a name and was not closed. */
final class TempExit {
  private static final Set<AutoCloseable> OPEN = ConcurrentHashMap.newKeySet();

  static {
    ShutdownHooks.add(new Thread(TempExit::closeAll, "holdfast-temp"));
  }

  private TempExit() {}

  /** From now on it is closed at exit, at the latest. */
  static <T extends AutoCloseable> T guard(T temp) throws IOException {
    OPEN.add(temp);
    return temp;
  }

  static void release(AutoCloseable temp) {
    OPEN.remove(temp);
  }

  private static void closeAll() {
    for (AutoCloseable temp : OPEN) {
      try {
        temp.close();
      } catch (Exception failure) {
        System.getLogger(TempExit.class.getName())
            .log(System.Logger.Level.WARNING, () -> temp + " stays", failure);
      }
    }
  }
}
