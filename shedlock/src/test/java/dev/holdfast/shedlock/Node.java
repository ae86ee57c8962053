package dev.holdfast.shedlock;

import dev.holdfast.cluster.ZooKeeperLocks;
import dev.holdfast.cluster.ZooKeeperSettings;
import dev.holdfast.locks.Locks;
import dev.holdfast.testing.OtherProgram;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.core.SimpleLock;

/** An application of its own: holds a job's lock, says so, and lets go when its input ends. */
final class Node {
  private Node() {}

  /** The kinds of locks that are tried. */
  enum Kind {
    DIRECTORY,
    FLOCK,
    SOCKET,
    ZOOKEEPER
  }

  static ZooKeeperLocks server(String at) throws IOException {
    return ZooKeeperLocks.connect(
        ZooKeeperSettings.of(at)
            .withSessionTimeout(Duration.ofSeconds(4))
            .withTimeouts(Duration.ofSeconds(60), Duration.ofSeconds(60)));
  }

  static HostLockProvider provider(Kind kind, String place) throws IOException {
    return switch (kind) {
      case DIRECTORY -> HostLockProvider.in(Path.of(place));
      case FLOCK -> HostLockProvider.of(name -> Locks.flock(Path.of(place, "flock-" + name)));
      case SOCKET ->
          HostLockProvider.of(
              name -> Locks.socket("holdfast" + place.replace('/', '.') + "." + name));
      case ZOOKEEPER -> HostLockProvider.on(server(place));
    };
  }

  static LockConfiguration job(String name, Duration most, Duration least) {
    return new LockConfiguration(Instant.now(), name, most, least);
  }

  public static void main(String[] arguments) throws IOException {
    LockProvider provider = provider(Kind.valueOf(arguments[0]), arguments[1]);
    SimpleLock lock =
        provider.lock(job(arguments[2], Duration.ofMillis(1), Duration.ZERO)).orElseThrow();
    OtherProgram.holdUntilInputEnds();
    lock.unlock();
    System.exit(0);
  }
}
