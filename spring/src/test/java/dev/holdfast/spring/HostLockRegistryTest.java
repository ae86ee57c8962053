package dev.holdfast.spring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.spring.Node.Kind;
import dev.holdfast.testing.Commands;
import dev.holdfast.testing.OtherProgram;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Lock;
import org.apache.curator.test.TestingServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.springframework.integration.support.locks.LockRegistry;
import org.springframework.integration.util.CheckedRunnable;

/**
 * What Spring Integration asks of a registry, of each kind of lock, with applications of their own.
 */
class HostLockRegistryTest {
  private static @Nullable TestingServer server;

  private final Path directory;

  HostLockRegistryTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @AfterAll
  static void stop() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  private String place(Kind kind) throws Exception {
    if (kind != Kind.ZOOKEEPER) {
      return directory.toString();
    }
    if (server == null) {
      server = new TestingServer(true);
    }
    // A part of the server that no other test has.
    return server.getConnectString() + "/" + directory.getFileName();
  }

  private LockRegistry registry(Kind kind) throws Exception {
    return Node.registry(kind, place(kind));
  }

  /** Another application, which holds a key. */
  private Process holder(Kind kind, String key) throws Exception {
    return OtherProgram.holding(Node.class, kind.name(), place(kind), key);
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "IN_MEMORY")
  void whatAnotherApplicationHoldsIsNotGranted(Kind kind) throws Exception {
    LockRegistry registry = registry(kind);
    Process other = holder(kind, "job");
    try {
      assertFalse(registry.obtain("job").tryLock());
      assertThrows(
          TimeoutException.class,
          () ->
              registry.executeLocked(
                  "job", Duration.ofMillis(50), (CheckedRunnable<Exception>) () -> {}));
      // The control: another key is another lock.
      Lock free = registry.obtain("another job");
      assertTrue(free.tryLock());
      free.unlock();

      other.getOutputStream().close();
      assertTrue(registry.obtain("job").tryLock(1, TimeUnit.MINUTES));
      registry.obtain("job").unlock();
    } finally {
      Commands.end(other);
    }
  }

  /** The control: what Spring has by itself is of one process. */
  @Test
  void springsOwnIsGrantedBesideAnotherApplication() throws Exception {
    Process other = holder(Kind.IN_MEMORY, "job");
    try {
      assertTrue(registry(Kind.IN_MEMORY).obtain("job").tryLock());
    } finally {
      Commands.end(other);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "IN_MEMORY")
  void whoIsKilledHoldsNothing(Kind kind) throws Exception {
    Process other = holder(kind, "job");
    Lock lock = registry(kind).obtain("job");
    assertFalse(lock.tryLock());
    other.destroyForcibly().waitFor();
    assertTrue(lock.tryLock(1, TimeUnit.MINUTES));
    lock.unlock();
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "IN_MEMORY")
  void aThreadLocksAgainWhatItHoldsAndNoOtherDoes(Kind kind) throws Exception {
    LockRegistry registry = registry(kind);
    Lock first = registry.obtain("job");
    Lock again = registry.obtain(String.valueOf(new char[] {'j', 'o', 'b'}));
    assertTrue(first.tryLock());
    assertTrue(again.tryLock());
    assertFalse(elsewhere(registry));
    again.unlock();
    assertFalse(elsewhere(registry), "it was locked twice");
    first.unlock();
    assertTrue(elsewhere(registry));
    assertThrows(IllegalMonitorStateException.class, first::unlock);
  }

  /** Whether another thread gets it. */
  private static boolean elsewhere(LockRegistry registry) {
    return CompletableFuture.supplyAsync(
            () -> {
              Lock lock = registry.obtain("job");
              boolean got = lock.tryLock();
              if (got) {
                lock.unlock();
              }
              return got;
            },
            task -> Thread.ofPlatform().start(task))
        .join();
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "IN_MEMORY")
  void whatIsExecutedUnderALockComesBackWithItsResult(Kind kind) throws Exception {
    LockRegistry registry = registry(kind);
    assertEquals("false", registry.executeLocked("job", () -> String.valueOf(elsewhere(registry))));
    assertTrue(elsewhere(registry));
  }

  private enum Color {
    RED
  }

  private record Order(int number) {}

  @Test
  void onlyATextThatIsTheSameInEachProcessIsAKey() {
    HostLockRegistry registry = HostLockRegistry.in(directory);
    assertEquals(registry.lock("7").name(), registry.lock(7).name());
    registry.obtain(UUID.randomUUID());
    registry.obtain(Color.RED);
    registry.obtain(new Order(7));
    assertThrows(IllegalArgumentException.class, () -> registry.obtain(new Object()));
    assertThrows(IllegalArgumentException.class, () -> registry.obtain(new int[] {7}));
    assertThrows(IllegalArgumentException.class, () -> registry.obtain(new Object[] {"7"}));
  }

  @Test
  void whoHoldsItIsKnown() throws Exception {
    HostLockRegistry registry = HostLockRegistry.in(directory);
    Process other = holder(Kind.DIRECTORY, "job");
    try {
      assertEquals(other.pid(), registry.lock("job").holders().getFirst().pid());
      assertTrue(registry.lock("other").holders().isEmpty());
    } finally {
      Commands.end(other);
    }
  }
}
