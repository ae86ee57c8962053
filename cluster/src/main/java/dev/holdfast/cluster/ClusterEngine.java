package dev.holdfast.cluster;

import dev.holdfast.locks.Holder;
import dev.holdfast.locks.Key;
import dev.holdfast.locks.LockLostException;
import dev.holdfast.locks.wait.Deadline;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A server behind the locks, and who in this process wants them. */
abstract class ClusterEngine {
  private final ConcurrentMap<Key, ClusterQueue> queues = new ConcurrentHashMap<>();

  /** The same for all who mean the same server. */
  abstract String id() throws IOException;

  /**
   * True if only one thread of this process at a time should stand in the server's queue for a
   * lock, since each costs a connection; false if the server keeps the order of all.
   */
  abstract boolean oneClaimant();

  /**
   * Waits at the server.
   *
   * @param lost told, once, when the claim is lost and was not released
   * @return null if the deadline passed
   */
  abstract @Nullable Claim claim(
      ClusterLock lock, Deadline deadline, Consumer<LockLostException> lost)
      throws IOException, InterruptedException;

  abstract List<Holder> holders(ClusterLock lock) throws IOException;

  /** The queue of a key, which is kept while somebody has it: give it back. */
  final ClusterQueue queue(Key key) {
    return queues.compute(
        key,
        (_, there) -> {
          ClusterQueue queue = there == null ? new ClusterQueue(this, key) : there;
          queue.users++;
          return queue;
        });
  }

  final void giveBack(ClusterQueue queue) {
    queues.computeIfPresent(queue.key, (_, there) -> --there.users == 0 ? null : there);
  }

  /** For tests: how many locks are held or asked for. */
  final int queues() {
    return queues.size();
  }
}
