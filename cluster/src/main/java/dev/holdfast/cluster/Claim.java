package dev.holdfast.cluster;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/** What a server granted to us, until it is released or lost. */
interface Claim {
  /** The fencing token; the same at each call. */
  long token() throws IOException;

  /**
   * Asks the server.
   *
   * @throws dev.holdfast.locks.LockLostException if it is ours no more
   * @throws ServerAwayException if that cannot be known now
   */
  void check() throws IOException;

  /** From now on a loss is wanted to be known soon, not only at the next call. */
  void watch();

  /** Until when the server keeps it if it hears nothing from us; empty if it knows no such time. */
  Optional<Instant> validUntil();

  /**
   * Lets go. Frees nothing of anybody else, whatever became of the claim.
   *
   * @throws dev.holdfast.locks.LockLostException if it was ours no more
   * @throws ServerAwayException if the server did not say that it is free now
   */
  void release() throws IOException;
}
