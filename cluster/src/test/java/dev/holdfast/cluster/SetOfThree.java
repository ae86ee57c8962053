package dev.holdfast.cluster;

import dev.holdfast.locks.HeldSet;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Locks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** A program that takes locks of two engines and one of this machine, all or none, and lets go. */
final class SetOfThree {
  private SetOfThree() {}

  static ZooKeeperLocks zooKeeper(String at) throws Exception {
    return ZooKeeperLocks.connect(
        ZooKeeperSettings.of(at)
            .withSessionTimeout(Duration.ofSeconds(4))
            .withTimeouts(Duration.ofSeconds(60), Duration.ofSeconds(60)));
  }

  static PostgresLocks postgres(String at) throws Exception {
    return PostgresLocks.connect(
        PostgresSettings.of(at, Map.of())
            .withUser("postgres", "")
            .withTimes(Duration.ofSeconds(60), Duration.ofSeconds(10)));
  }

  static HostLock[] all(ZooKeeperLocks zooKeeper, PostgresLocks postgres, Path file) {
    String name = String.valueOf(file.getFileName());
    return new HostLock[] {zooKeeper.lock(name), postgres.lock(name), Locks.of(file)};
  }

  /**
   * Says that it is connected, and goes on when it is told to.
   *
   * @param arguments where ZooKeeper is, where PostgreSQL is, the file
   */
  static void main(String[] arguments) throws Exception {
    try (ZooKeeperLocks zooKeeper = zooKeeper(arguments[0]);
        PostgresLocks postgres = postgres(arguments[1])) {
      System.out.println("connected");
      System.in.read();
      try (HeldSet set =
          Locks.all(all(zooKeeper, postgres, Path.of(arguments[2])))
              .acquire(Duration.ofMinutes(1))) {
        set.ensureValid();
        System.out.println("held");
      }
      System.out.println("released");
    }
  }
}
