package dev.holdfast.locks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class LaterHoldersTest {
  @TempDir Path directory;

  /** A look at all descriptors of the machine belongs to who asks, not into a wait with an end. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aWaitThatTimedOutLooksForHoldersOnlyWhenItIsAsked(boolean askedAtOnce) throws Exception {
    Peer other = Peer.start();
    try {
      assertTrue(other.tryAcquire(Kinds.OFD, directory, "x", Mode.EXCLUSIVE).startsWith("granted"));
      Outcome outcome = Locks.ofd(directory.resolve("x")).attempt(Duration.ofMillis(10));
      if (!(outcome instanceof Outcome.TimedOut late)) {
        throw new AssertionError(outcome);
      }
      int seen = askedAtOnce ? late.holders().size() : 0;
      other.kill();
      // What was seen once stays.
      assertEquals(askedAtOnce ? 1 : 0, late.holders().size());
      assertEquals(seen, late.holders().size());
    } finally {
      other.kill();
    }
  }
}
