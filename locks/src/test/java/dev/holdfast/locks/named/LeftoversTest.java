package dev.holdfast.locks.named;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.locks.Held;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.Kinds;
import dev.holdfast.locks.Locks;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a kill between two system calls leaves beside a lock file. */
@Timeout(60)
class LeftoversTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"nfs, true", "nfs, false", "file, true", "file, false"})
  void areRemovedOnceTheirHolderIsDead(String word, boolean dead) throws Exception {
    Kind kind = Kinds.of(word).orElseThrow();
    Path ready = directory.resolve("." + Self.host() + ".4711.0123abcd");
    Path aside = directory.resolve(".holdfast.0123abcd");
    Path anothers = directory.resolve(".holdfast.notes");
    Files.writeString(anothers, "mine");
    Peer other = Peer.start();
    try {
      assertTrue(other.tryAcquire(kind, directory, "x", Mode.EXCLUSIVE).startsWith("granted"));
      Files.createLink(ready, directory.resolve("x"));
      Files.createLink(aside, directory.resolve("x"));
      if (dead) {
        other.kill();
      }
      try (Held held = Locks.file(directory.resolve("y")).acquire()) {
        held.ensureValid();
        assertEquals(!dead, Files.exists(ready));
        assertEquals(!dead, Files.exists(aside));
        assertTrue(Files.exists(anothers));
      }
    } finally {
      other.kill();
    }
  }
}
