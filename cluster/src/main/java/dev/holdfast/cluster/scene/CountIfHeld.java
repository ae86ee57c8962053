package dev.holdfast.cluster.scene;

import dev.holdfast.cluster.ServerAwayException;
import dev.holdfast.cluster.ZooKeeperLocks;
import dev.holdfast.locks.Held;
import dev.holdfast.locks.LockLostException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Counts the number in a file up by one under a lock, and asks whether it still holds it before it
 * writes: {@code CountIfHeld SERVER FILE SECONDS}, where a session lasts for so many seconds.
 */
final class CountIfHeld {
  private CountIfHeld() {}

  static void main(String[] args) throws Exception {
    try (ZooKeeperLocks locks = OneServer.connect(args[0], args[2])) {
      boolean counted = false;
      while (!counted) {
        counted = count(locks, Path.of(args[1]));
      }
    } catch (UncheckedIOException told) {
      System.out.println("told afterwards");
    }
  }

  private static boolean count(ZooKeeperLocks locks, Path counter) throws Exception {
    try (Held held = locks.lock("counter").acquire()) {
      long value = Long.parseLong(Files.readString(counter).strip());
      held.ensureValid();
      System.out.println("read " + value);
      System.in.read(); // the pause comes here
      Files.writeString(counter, value + 1 + "\n");
      System.out.println("wrote " + (value + 1));
      return true;
    } catch (LockLostException | ServerAwayException nothingIsWritten) {
      return false;
    }
  }
}
