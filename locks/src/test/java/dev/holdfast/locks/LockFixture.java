package dev.holdfast.locks;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Locks of one kind, in a directory, and a second process that has them too. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
public abstract class LockFixture {
  public static final Duration LONG = Duration.ofSeconds(30);
  public static final Duration SHORT = Duration.ofMillis(60);
  protected @TempDir Path directory;
  protected Peer peer;
  private final AtomicInteger names = new AtomicInteger();

  protected abstract Kind kind();

  @BeforeAll
  void startPeer() throws IOException {
    peer = Peer.start();
  }

  @AfterAll
  void stopPeer() throws InterruptedException {
    peer.close();
  }

  protected String newName() {
    return kind().word() + "-" + names.incrementAndGet();
  }

  protected HostLock open(String name) {
    return TestKinds.open(kind(), directory, name);
  }

  protected final boolean can(Capability capability) {
    return open("unused").capabilities().contains(capability);
  }

  protected static boolean isFree(HostLock lock) throws IOException {
    Optional<Held> held = lock.tryAcquire();
    held.ifPresent(Held::close);
    return held.isPresent();
  }
}
