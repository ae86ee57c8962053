package dev.holdfast.cluster;

import dev.holdfast.locks.Holder;
import dev.holdfast.locks.LockLostException;
import dev.holdfast.locks.wait.Deadline;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An engine that is never asked. */
final class NoServer extends ClusterEngine {
  @Override
  String id() {
    return "nowhere";
  }

  @Override
  boolean oneClaimant() {
    return false;
  }

  @Override
  @Nullable Claim claim(ClusterLock lock, Deadline deadline, Consumer<LockLostException> lost) {
    throw new AssertionError("there is no server");
  }

  @Override
  List<Holder> holders(ClusterLock lock) {
    return List.of();
  }
}
