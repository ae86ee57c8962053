package dev.holdfast.spring;

import dev.holdfast.cluster.ZooKeeperLocks;
import dev.holdfast.cluster.ZooKeeperSettings;
import dev.holdfast.locks.Locks;
import dev.holdfast.testing.OtherProgram;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.Lock;
import org.springframework.integration.support.locks.DefaultLockRegistry;
import org.springframework.integration.support.locks.LockRegistry;

/**
 * An application of its own: locks what it is told to, says so, and lets go when its input ends.
 */
final class Node {
  private Node() {}

  /** The kinds of locks that are tried, and one that is none between processes. */
  enum Kind {
    DIRECTORY,
    FLOCK,
    SOCKET,
    ZOOKEEPER,
    /** Spring's own, of one process: the control. */
    IN_MEMORY
  }

  static ZooKeeperLocks server(String at) throws IOException {
    return ZooKeeperLocks.connect(
        ZooKeeperSettings.of(at)
            .withSessionTimeout(Duration.ofSeconds(4))
            .withTimeouts(Duration.ofSeconds(60), Duration.ofSeconds(60)));
  }

  static LockRegistry registry(Kind kind, String place) throws IOException {
    return switch (kind) {
      case DIRECTORY -> HostLockRegistry.in(Path.of(place));
      case FLOCK -> HostLockRegistry.of(key -> Locks.flock(Path.of(place, "flock-" + key)));
      case SOCKET ->
          HostLockRegistry.of(
              key -> Locks.socket("holdfast" + place.replace('/', '.') + "." + key));
      case ZOOKEEPER -> HostLockRegistry.on(server(place));
      case IN_MEMORY -> new DefaultLockRegistry();
    };
  }

  public static void main(String[] arguments) throws IOException {
    LockRegistry registry = registry(Kind.valueOf(arguments[0]), arguments[1]);
    Lock lock = registry.obtain(arguments[2]);
    lock.lock();
    try {
      OtherProgram.holdUntilInputEnds();
    } finally {
      lock.unlock();
    }
    // A connection to a server has threads of its own.
    System.exit(0);
  }
}
