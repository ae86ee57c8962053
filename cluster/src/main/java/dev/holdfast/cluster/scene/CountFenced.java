package dev.holdfast.cluster.scene;

import dev.holdfast.cluster.FencedFile;
import dev.holdfast.cluster.ServerAwayException;
import dev.holdfast.cluster.StaleTokenException;
import dev.holdfast.cluster.ZooKeeperLocks;
import dev.holdfast.locks.Held;
import dev.holdfast.locks.LockLostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Counts the number in a file up by one under a lock, and shows its token when it writes: {@code
 * CountFenced SERVER FILE SECONDS}, where a session lasts for so many seconds. Whoever is refused
 * begins again.
 */
final class CountFenced {
  private CountFenced() {}

  static void main(String[] args) throws Exception {
    try (ZooKeeperLocks locks = OneServer.connect(args[0], args[2])) {
      boolean counted = false;
      while (!counted) {
        counted = count(locks, Path.of(args[1]));
      }
    }
  }

  private static boolean count(ZooKeeperLocks locks, Path counter) throws Exception {
    try (Held held = locks.lock("counter").acquire()) {
      long value = Long.parseLong(Files.readString(counter).strip());
      System.out.println("read " + value);
      System.in.read(); // the pause comes here
      byte[] next = (value + 1 + "\n").getBytes(StandardCharsets.UTF_8);
      FencedFile.of(counter).write(next, held.token());
      System.out.println("wrote " + (value + 1));
      return true;
    } catch (StaleTokenException late) {
      System.out.println("refused");
      return false;
    } catch (LockLostException | ServerAwayException nothingIsWritten) {
      return false;
    }
  }
}
