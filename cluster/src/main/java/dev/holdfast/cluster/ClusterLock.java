package dev.holdfast.cluster;

import dev.holdfast.locks.Capability;
import dev.holdfast.locks.Contract;
import dev.holdfast.locks.Held;
import dev.holdfast.locks.Holder;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Key;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.process.AbstractLock;
import dev.holdfast.locks.process.HeldStack;
import dev.holdfast.locks.wait.Deadline;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A lock of a server, or one permit of several.
 *
 * <p><b>Guarantees.</b> {@link Contract#LEASE}: the server gives it to one at a time, but a holder
 * that was paused, or cut off, may go on believing in it for a while. {@link Held#token} is what a
 * resource can tell them apart by: it grows from each holder to the next.
 */
final class ClusterLock extends AbstractLock<ClusterLock> {
  private final ClusterEngine engine;
  private final Kind kind;
  private final String plainName;

  /** How many may hold it together; 0 if it is no semaphore. */
  private final int permits;

  ClusterLock(ClusterEngine engine, Kind kind, String name, Mode mode, int permits) {
    super(kind.word() + " " + name, mode);
    this.engine = engine;
    this.kind = kind;
    this.plainName = name;
    this.permits = permits;
  }

  static ClusterLock semaphore(ClusterEngine engine, Kind kind, String name, int permits) {
    if (permits <= 0) {
      throw new IllegalArgumentException(name + ": no permits");
    }
    return new ClusterLock(engine, kind, name, Mode.SHARED, permits);
  }

  /** Without the kind. */
  String plainName() {
    return plainName;
  }

  boolean isSemaphore() {
    return permits > 0;
  }

  int permits() {
    return permits;
  }

  void need(Capability capability) {
    require(capability);
  }

  @Override
  protected ClusterLock withMode(Mode mode) {
    if (isSemaphore() && mode == Mode.EXCLUSIVE) {
      throw new UnsupportedOperationException(name() + ": a semaphore is not held alone");
    }
    return mode == mode() ? this : new ClusterLock(engine, kind, plainName, mode, permits);
  }

  @Override
  public Kind kind() {
    return kind;
  }

  @Override
  public Contract contract() {
    return Contract.LEASE;
  }

  @Override
  public Set<Capability> capabilities() {
    Set<Capability> all = EnumSet.of(Capability.HOLDERS, Capability.FAIR, Capability.SURVIVES_KILL);
    if (!isSemaphore()) {
      all.add(Capability.SHARED);
    }
    return all;
  }

  @Override
  public Key key() throws IOException {
    byte[] bytes = plainName.getBytes(StandardCharsets.UTF_8);
    return new Key(kind, engine.id(), 0, 0, bytes, 0, 0);
  }

  /** Itself: the server serves all in the order of their asking. */
  @Override
  public HostLock fair() {
    return this;
  }

  @Override
  public Optional<Held> tryAcquire() throws IOException {
    boolean interrupted = false;
    try {
      for (; ; ) {
        try {
          return Optional.ofNullable(engine.queue(key()).take(this, Deadline.PAST));
        } catch (InterruptedException whichDoesNotConcernATry) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  protected @Nullable Held await(Deadline deadline) throws IOException, InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    ClusterQueue queue = engine.queue(key());
    if (!isSemaphore()) {
      boolean allowed = false;
      try {
        HeldStack.current().refuse(name(), queue, mode());
        allowed = true;
      } finally {
        if (!allowed) {
          engine.giveBack(queue);
        }
      }
    }
    return queue.take(this, deadline);
  }

  @Override
  public List<Holder> holders() throws IOException {
    return engine.holders(this);
  }
}
