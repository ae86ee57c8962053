package dev.holdfast.locks;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A lock that the thread which holds it through such a view may acquire again. */
final class ReentrantView extends LockView {
  /** What this thread holds by way of any such view. */
  private static final ThreadLocal<Map<Key, Hold>> HOLDS = ThreadLocal.withInitial(HashMap::new);

  private static final class Hold {
    final Held real;
    final AtomicInteger count = new AtomicInteger();

    Hold(Held real) {
      this.real = real;
    }
  }

  private final HostLock lock;

  ReentrantView(HostLock lock) {
    super(lock);
    this.lock = lock;
  }

  private @Nullable Held again() throws IOException {
    Map<Key, Hold> holds = HOLDS.get();
    if (holds.isEmpty()) {
      return null;
    }
    Hold hold = holds.get(lock.key());
    if (hold == null) {
      return null;
    }
    if (hold.count.get() == 0 || !hold.real.isOpen()) {
      holds.remove(lock.key());
      return null;
    }
    if (mode() == Mode.EXCLUSIVE && hold.real.mode() == Mode.SHARED) {
      throw new LockReentryException(
          name() + " (held shared, asked for exclusively: see Held.tryUpgrade)",
          hold.real.place().orElseGet(Place::here),
          Place.here());
    }
    return new Nested(hold);
  }

  private Held first(Held real) throws IOException {
    Hold hold = new Hold(real);
    HOLDS.get().put(lock.key(), hold);
    return new Nested(hold);
  }

  @Override
  public Optional<Held> tryAcquire() throws IOException {
    Held again = again();
    if (again != null) {
      return Optional.of(again);
    }
    Optional<Held> real = lock.tryAcquire();
    return real.isPresent() ? Optional.of(first(real.get())) : real;
  }

  @Override
  public Held acquire() throws IOException, InterruptedException {
    Held again = again();
    return again != null ? again : first(lock.acquire());
  }

  @Override
  public Outcome attempt(Duration timeout) throws IOException, InterruptedException {
    Held again = again();
    if (again != null) {
      return new Outcome.Acquired(again);
    }
    Outcome outcome = lock.attempt(timeout);
    return outcome instanceof Outcome.Acquired(Held real)
        ? new Outcome.Acquired(first(real))
        : outcome;
  }

  @Override
  public HostLock shared() {
    return new ReentrantView(lock.shared());
  }

  @Override
  public HostLock exclusive() {
    return new ReentrantView(lock.exclusive());
  }

  @Override
  public HostLock fair() {
    return new ReentrantView(lock.fair());
  }

  @Override
  public HostLock reentrant() {
    return this;
  }

  /** One of several acquisitions; the last to be closed lets go. */
  private final class Nested implements Held {
    private final Hold hold;
    private boolean open = true;

    Nested(Hold hold) {
      this.hold = hold;
      hold.count.incrementAndGet();
    }

    @Override
    public HostLock lock() {
      return ReentrantView.this;
    }

    @Override
    public Mode mode() {
      return hold.real.mode();
    }

    @Override
    public synchronized boolean isOpen() {
      return open && hold.real.isOpen();
    }

    @Override
    public long token() throws IOException {
      return hold.real.token();
    }

    @Override
    public void ensureValid() throws IOException {
      hold.real.ensureValid();
    }

    @Override
    public void onLost(Runnable action) {
      hold.real.onLost(action);
    }

    @Override
    public void downgrade() throws IOException {
      if (hold.count.get() > 1) {
        throw new IllegalStateException(name() + " is held more than once by this thread");
      }
      hold.real.downgrade();
    }

    @Override
    public boolean tryUpgrade() throws IOException {
      return hold.real.tryUpgrade();
    }

    @Override
    public Held detach() {
      throw new UnsupportedOperationException("a re-entrant holding belongs to its thread");
    }

    @Override
    public Optional<Place> place() {
      return hold.real.place();
    }

    @Override
    public synchronized void close() {
      if (open) {
        open = false;
        if (hold.count.decrementAndGet() == 0) {
          hold.real.close();
        }
      }
    }
  }
}
