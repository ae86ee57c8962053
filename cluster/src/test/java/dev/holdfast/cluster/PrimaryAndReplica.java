package dev.holdfast.cluster;

import java.io.IOException;
import java.util.List;

/** A PostgreSQL and one that follows it, which change places again and again. */
final class PrimaryAndReplica implements AutoCloseable {
  /** Whose end removes all that there was. */
  private final EmbeddedPostgres first;

  private final List<Integer> ports;
  private EmbeddedPostgres primary;
  private EmbeddedPostgres replica;

  PrimaryAndReplica() throws IOException, InterruptedException {
    first = EmbeddedPostgres.start();
    primary = first;
    boolean good = false;
    try {
      replica = primary.replica(EmbeddedPostgres.freePort());
      good = true;
    } finally {
      if (!good) {
        first.close();
      }
    }
    ports = List.of(primary.port(), replica.port());
  }

  /** Of both, in whichever role. */
  List<Integer> ports() {
    return ports;
  }

  EmbeddedPostgres primary() {
    return primary;
  }

  /** The primary ends as by a power failure, and the replica takes its place. */
  void failOver() throws IOException, InterruptedException {
    EmbeddedPostgres gone = primary;
    gone.kill();
    replica.promote();
    primary = replica;
    replica = gone;
  }

  /** After a fail-over: whichever was the primary begins anew as a replica, where it was. */
  void renew() throws IOException, InterruptedException {
    replica.discard();
    replica = primary.replica(replica.port());
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // whether it is that very one
  public void close() throws IOException {
    for (EmbeddedPostgres one : List.of(replica, primary)) {
      if (one != first) {
        one.close();
      }
    }
    first.close();
  }
}
