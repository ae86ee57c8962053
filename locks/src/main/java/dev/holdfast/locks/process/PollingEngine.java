package dev.holdfast.locks.process;

import dev.holdfast.locks.Key;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.wait.Backoff;
import dev.holdfast.locks.wait.Deadline;
import java.io.IOException;

/** An engine of which nobody tells when it gets free. */
public abstract class PollingEngine implements Engine {
  private static final long POLL_BASE = 200_000;
  private static final long POLL_CAP = 10_000_000;

  private final Key key;

  public PollingEngine(Key key) {
    this.key = key;
  }

  @Override
  public final Key key() {
    return key;
  }

  @Override
  public final boolean claim(Mode mode, Deadline deadline)
      throws IOException, InterruptedException {
    Backoff backoff = new Backoff(POLL_BASE, POLL_CAP);
    while (!tryClaim(mode)) {
      if (!backoff.pause(deadline)) {
        return tryClaim(mode);
      }
    }
    return true;
  }

  /**
   * The clock of the machine since its boot: later holders read a later time, since the kernel gave
   * them the lock later. There is no file in which a counter could be kept.
   */
  @Override
  public final long token(Mode mode) {
    return System.nanoTime();
  }

  @Override
  public void dispose() {
    // Nothing is kept between two claims.
  }
}
