package dev.holdfast.shedlock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.shedlock.Node.Kind;
import dev.holdfast.testing.Commands;
import dev.holdfast.testing.OtherProgram;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import net.javacrumbs.shedlock.core.DefaultLockingTaskExecutor;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.core.LockingTaskExecutor;
import net.javacrumbs.shedlock.core.SimpleLock;
import org.apache.curator.test.TestingServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Jobs of applications of their own, under each kind of lock. */
class HostLockProviderTest {
  private static final Duration LONG = Duration.ofMinutes(5);

  private static @Nullable TestingServer server;

  private final Path directory;

  HostLockProviderTest(@TempDir Path directory) {
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

  private HostLockProvider provider(Kind kind) throws Exception {
    return Node.provider(kind, place(kind));
  }

  private static Optional<SimpleLock> lock(LockProvider provider, String name) {
    return provider.lock(Node.job(name, LONG, Duration.ZERO));
  }

  /** Asks until it is granted. */
  private static SimpleLock await(LockProvider provider, String name) throws InterruptedException {
    Instant end = Instant.now().plusSeconds(60);
    for (; ; ) {
      Optional<SimpleLock> got = lock(provider, name);
      if (got.isPresent() || Instant.now().isAfter(end)) {
        return got.orElseThrow();
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  private Process holder(Kind kind, String name) throws Exception {
    return OtherProgram.holding(Node.class, kind.name(), place(kind), name);
  }

  /** Its {@code lockAtMostFor} is a millisecond, and long over. */
  @ParameterizedTest
  @EnumSource
  void aJobThatRunsElsewhereIsNotJoined(Kind kind) throws Exception {
    HostLockProvider provider = provider(kind);
    Process other = holder(kind, "job");
    try {
      assertTrue(lock(provider, "job").isEmpty());
      // The control: another job.
      lock(provider, "another").orElseThrow().unlock();
      other.getOutputStream().close();
      await(provider, "job").unlock();
    } finally {
      Commands.end(other);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aJobThatIsKilledHoldsNothing(Kind kind) throws Exception {
    HostLockProvider provider = provider(kind);
    Process other = holder(kind, "job");
    assertTrue(lock(provider, "job").isEmpty());
    other.destroyForcibly().waitFor();
    await(provider, "job").unlock();
  }

  @ParameterizedTest
  @EnumSource
  void itIsKeptAtLeast(Kind kind) throws Exception {
    HostLockProvider provider = provider(kind);
    HostLockProvider other = provider(kind);
    provider.lock(Node.job("job", LONG, LONG)).orElseThrow().unlock();
    assertTrue(lock(other, "job").isEmpty());
    assertTrue(lock(provider, "job").isEmpty());
    // The control: one that is over.
    provider.lock(Node.job("short", LONG, Duration.ofMillis(1))).orElseThrow().unlock();
    await(other, "short").unlock();
  }

  @Test
  void atMostIsAskedFor() throws Exception {
    HostLockProvider provider = provider(Kind.DIRECTORY);
    SimpleLock stays =
        provider.lock(Node.job("job", Duration.ofMillis(1), Duration.ZERO)).orElseThrow();
    SimpleLock goes =
        provider
            .lettingGoAtMost()
            .lock(Node.job("other", Duration.ofMillis(1), Duration.ZERO))
            .orElseThrow();
    await(provider, "other").unlock();
    assertTrue(lock(provider, "job").isEmpty());
    goes.unlock();
    stays.unlock();
    lock(provider, "job").orElseThrow().unlock();
  }

  @Test
  void anotherThreadMayLetGo() throws Exception {
    HostLockProvider provider = provider(Kind.DIRECTORY);
    SimpleLock lock = lock(provider, "job").orElseThrow();
    CompletableFuture.runAsync(lock::unlock).join();
    lock(provider, "job").orElseThrow().unlock();
    assertThrows(IllegalStateException.class, lock::unlock);
  }

  private static boolean ran(LockingTaskExecutor executor) {
    try {
      return executor
          .executeWithLock(() -> 1, Node.job("job", Duration.ofMillis(1), Duration.ZERO))
          .wasExecuted();
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** As ShedLock's own users run jobs. */
  @Test
  void aTaskRunsOnceAtATime() throws Throwable {
    HostLockProvider provider = provider(Kind.DIRECTORY);
    LockingTaskExecutor here = new DefaultLockingTaskExecutor(provider);
    LockingTaskExecutor there = new DefaultLockingTaskExecutor(provider(Kind.DIRECTORY));
    LockingTaskExecutor.TaskResult<String> first =
        here.executeWithLock(
            () -> "the second ran: " + CompletableFuture.supplyAsync(() -> ran(there)).join(),
            Node.job("job", Duration.ofMillis(1), Duration.ZERO));
    assertTrue(first.wasExecuted());
    assertEquals("the second ran: false", first.getResult());
    assertTrue(
        there.executeWithLock(() -> true, Node.job("job", LONG, Duration.ZERO)).wasExecuted());
  }
}
