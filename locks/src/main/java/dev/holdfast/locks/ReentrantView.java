package dev.holdfast.locks;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A lock that the thread which holds it through such a view may acquire again. All views of one
 * lock are one: it does not matter which of them acquires, acquires again, and lets go.
 */
final class ReentrantView extends LockView {
  /** What this thread holds by way of any such view; nothing is kept of what it let go. */
  private static final ThreadLocal<Holds> HOLDS = new ThreadLocal<>();

  @SuppressWarnings("ReferenceEquality") // a thread is itself only
  private static final class Holds {
    private final Thread thread = Thread.currentThread();
    private final Map<Key, Hold> all = new HashMap<>();

    /** So many of them ended in another thread, which may not touch the map. */
    private final AtomicInteger ended = new AtomicInteger();

    @Nullable Hold find(Key key) {
      if (ended.getAndSet(0) != 0) {
        all.values().removeIf(hold -> !hold.isOpen());
      }
      Hold hold = all.get(key);
      if (hold != null && !hold.isOpen()) {
        all.remove(key);
        hold = null;
      }
      return hold;
    }

    /** That of a name which leads elsewhere by now. */
    @Nullable Hold findByName(HostLock lock, Key key) {
      for (Hold hold : all.values()) {
        if (hold.isOpen() && hold.isNamed(lock, key)) {
          return hold;
        }
      }
      return null;
    }

    void remove(Hold hold) {
      if (Thread.currentThread() != thread) {
        ended.incrementAndGet();
        return;
      }
      all.remove(hold.key, hold);
      if (all.isEmpty()) {
        HOLDS.remove();
      }
    }
  }

  /** One real acquisition, and what was acquired again on top of it. */
  private static final class Hold {
    private final Holds holds;
    private final Key key;
    private final Held real;
    private final Deque<Nested> open = new ArrayDeque<>();

    Hold(Holds holds, Key key, Held real) {
      this.holds = holds;
      this.key = key;
      this.real = real;
    }

    synchronized boolean isOpen() {
      return !open.isEmpty() && real.isOpen();
    }

    boolean isNamed(HostLock lock, Key wanted) {
      return real.lock().name().equals(lock.name())
          && key.kind().equals(wanted.kind())
          && key.start() == wanted.start()
          && key.length() == wanted.length();
    }

    synchronized @Nullable Held latest(Mode mode) {
      for (Nested nested : open) {
        if (nested.wanted == mode) {
          return nested;
        }
      }
      return null;
    }

    /** Null if another thread has let go of all meanwhile. */
    synchronized @Nullable Held again(HostLock lock, Mode mode) {
      return isOpen() ? nest(lock, mode) : null;
    }

    synchronized Held nest(HostLock lock, Mode mode) {
      Nested nested = new Nested(this, lock, mode);
      open.push(nested);
      return nested;
    }

    synchronized boolean isOpen(Nested nested) {
      return open.contains(nested) && real.isOpen();
    }

    synchronized void downgrade(Nested nested) throws IOException {
      if (open.size() > 1) {
        throw new IllegalStateException(
            real.lock().name() + " is held more than once by this thread");
      }
      real.downgrade();
      nested.wanted = Mode.SHARED;
    }

    synchronized boolean tryUpgrade(Nested nested) throws IOException {
      boolean done = real.tryUpgrade();
      if (done) {
        nested.wanted = Mode.EXCLUSIVE;
      }
      return done;
    }

    synchronized void close(Nested nested) {
      if (!open.remove(nested)) {
        return;
      }
      if (open.isEmpty()) {
        holds.remove(this);
        real.close();
      } else if (nested.wanted == Mode.EXCLUSIVE && latest(Mode.EXCLUSIVE) == null) {
        shareTheRest();
      }
    }

    /** What remains was acquired shared: others may share it, too. */
    private void shareTheRest() {
      if (real.mode() == Mode.EXCLUSIVE
          && real.lock().capabilities().contains(Capability.CONVERT)) {
        try {
          real.downgrade();
        } catch (IOException stillExclusive) {
          // That keeps others out for longer than need be, and nothing worse.
        }
      }
    }
  }

  private final HostLock lock;

  ReentrantView(HostLock lock) {
    super(lock);
    this.lock = lock;
  }

  /**
   * What this thread acquired last, and still holds, of a lock in its mode; null if there is none.
   * Also if the name leads to another file by now.
   */
  static @Nullable Held latest(HostLock lock) throws IOException {
    Holds holds = HOLDS.get();
    if (holds == null) {
      return null;
    }
    Key key = lock.key();
    Hold hold = holds.find(key);
    Held latest = hold == null ? null : hold.latest(lock.mode());
    if (latest == null) {
      hold = holds.findByName(lock, key);
      latest = hold == null ? null : hold.latest(lock.mode());
    }
    return latest;
  }

  /**
   * @param waits whether the caller would wait for it, which cannot end if it shares it itself
   */
  private @Nullable Held again(boolean waits) throws IOException {
    Holds holds = HOLDS.get();
    Hold hold = holds == null ? null : holds.find(lock.key());
    if (hold == null) {
      return null;
    }
    if (mode() == Mode.EXCLUSIVE && hold.real.mode() == Mode.SHARED) {
      if (!waits) {
        return null;
      }
      throw new LockReentryException(
          name() + " (held shared, asked for exclusively: see Held.tryUpgrade)",
          hold.real.place().orElseGet(Place::here),
          Place.here());
    }
    return hold.again(this, mode());
  }

  private Held first(Held real) throws IOException {
    boolean kept = false;
    try {
      Holds holds = HOLDS.get();
      if (holds == null) {
        holds = new Holds();
        HOLDS.set(holds);
      }
      Hold hold = new Hold(holds, lock.key(), real);
      Held held = hold.nest(this, mode());
      holds.all.put(hold.key, hold);
      kept = true;
      return held;
    } finally {
      if (!kept) {
        real.close();
      }
    }
  }

  @Override
  public Optional<Held> tryAcquire() throws IOException {
    Held again = again(false);
    if (again != null) {
      return Optional.of(again);
    }
    Optional<Held> real = lock.tryAcquire();
    return real.isPresent() ? Optional.of(first(real.get())) : real;
  }

  @Override
  public Held acquire() throws IOException, InterruptedException {
    Held again = again(true);
    return again != null ? again : first(lock.acquire());
  }

  @Override
  public Outcome attempt(Duration timeout) throws IOException, InterruptedException {
    Held again = again(timeout.isPositive());
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
  public HostLock range(long start, long length) {
    return new ReentrantView(lock.range(start, length));
  }

  @Override
  public HostLock permissions(int permissions) {
    return new ReentrantView(lock.permissions(permissions));
  }

  @Override
  public HostLock fair() {
    return new ReentrantView(lock.fair());
  }

  @Override
  public HostLock reentrant() {
    return this;
  }

  @Override
  public String toString() {
    return lock + ", re-entrant";
  }

  /** One of several acquisitions; the last to be closed lets go. */
  private static final class Nested implements Held {
    private final Hold hold;
    private final HostLock lock;

    /** As it was asked for. Changed while the hold is locked. */
    private Mode wanted;

    Nested(Hold hold, HostLock lock, Mode wanted) {
      this.hold = hold;
      this.lock = lock;
      this.wanted = wanted;
    }

    @Override
    public HostLock lock() {
      return lock;
    }

    @Override
    public Mode mode() {
      return hold.real.mode();
    }

    @Override
    public boolean isOpen() {
      return hold.isOpen(this);
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
      hold.downgrade(this);
    }

    @Override
    public boolean tryUpgrade() throws IOException {
      return hold.tryUpgrade(this);
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
    public void close() {
      hold.close(this);
    }
  }
}
