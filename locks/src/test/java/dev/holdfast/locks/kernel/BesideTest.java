package dev.holdfast.locks.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.libc.Paths;
import dev.holdfast.locks.Held;
import dev.holdfast.locks.Kinds;
import dev.holdfast.locks.Locks;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.Peer;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BesideTest {
  @TempDir Path directory;

  private static int length(Path path) {
    return Paths.bytes(path.getFileName().toString()).length;
  }

  @Test
  void shortNamesStayAndLongOnesFit() {
    assertEquals("/d/.a.queue", Beside.of(Path.of("/d/a"), ".queue").toString());
    Path one = Beside.of(Path.of("/d/" + "ä".repeat(126) + "1"), ".holdfast");
    Path other = Beside.of(Path.of("/d/" + "ä".repeat(126) + "2"), ".holdfast");
    assertTrue(length(one) <= 255 && length(one) > 240, one::toString);
    assertNotEquals(one, other);
    assertEquals(one, Beside.of(Path.of("/d/" + "ä".repeat(126) + "1"), ".holdfast"));
    // The longest that needs no digest.
    assertEquals(255, length(Beside.of(Path.of("/d/" + "x".repeat(248)), ".queue")));
    assertTrue(length(Beside.of(Path.of("/d/" + "x".repeat(249)), ".queue")) <= 255);
  }

  /** Where a file system has no room for so many attributes, the counters of ranges are beside. */
  @Test
  void asManyCountersAsThereAreLocksAllGoOn() throws Exception {
    Sidecar sidecar = Sidecar.of(directory.resolve("lock"));
    int many = 1000;
    for (int i = 0; i < many; i++) {
      assertEquals(1, sidecar.token("record." + i + "-1", Mode.EXCLUSIVE));
    }
    for (int i : new int[] {0, many / 2, many - 1}) {
      assertEquals(2, sidecar.token("record." + i + "-1", Mode.EXCLUSIVE));
      assertEquals(2, sidecar.token("record." + i + "-1", Mode.SHARED));
    }
  }

  /** A crash is recovered by a file beside, which must be possible for every name of a lock. */
  @Test
  void whatADeadHolderLeftUnderTheLongestNameIsTakenOver() throws Exception {
    String name = "n".repeat(255);
    Peer peer = Peer.start();
    assertTrue(peer.tryAcquire(Kinds.FILE, directory, name, Mode.EXCLUSIVE).startsWith("granted"));
    peer.kill();
    try (Held held = Locks.file(directory.resolve(name)).acquire(Duration.ofMinutes(1))) {
      assertTrue(held.token() > 0);
    }
  }

  @Test
  void theLongestNameHasAQueue() throws Exception {
    Path path = directory.resolve("q".repeat(255));
    try (Held held = Locks.ofd(path).fair().acquire(Duration.ofMinutes(1))) {
      assertTrue(held.isOpen());
      assertTrue(Locks.ofd(path).fair().tryAcquire().isEmpty());
    }
  }
}
