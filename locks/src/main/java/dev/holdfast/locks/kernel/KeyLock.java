package dev.holdfast.locks.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.locks.Capability;
import dev.holdfast.locks.Held;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.LockView;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.Outcome;
import dev.holdfast.locks.Place;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** The lock of one key in a file of many: of its byte, with its name. */
final class KeyLock extends LockView {
  private static final String COUNTER = "keys";

  private final Path file;
  private final String key;
  private final HostLock lock;

  KeyLock(Path file, String key, HostLock lock) {
    super(lock);
    this.file = file;
    this.key = key;
    this.lock = lock;
  }

  @Override
  public String name() {
    return FileName.shownOf(file) + " [" + key + "]";
  }

  @Override
  public Set<Capability> capabilities() {
    Set<Capability> ours = EnumSet.copyOf(lock.capabilities());
    ours.remove(Capability.RANGES);
    return ours;
  }

  private Held named(Held held) {
    return new KeyHeld(this, held);
  }

  @Override
  public Optional<Held> tryAcquire() throws IOException {
    return lock.tryAcquire().map(this::named);
  }

  @Override
  public Held acquire() throws IOException, InterruptedException {
    return named(lock.acquire());
  }

  @Override
  public Outcome attempt(Duration timeout) throws IOException, InterruptedException {
    return switch (lock.attempt(timeout)) {
      case Outcome.Acquired(Held held) -> new Outcome.Acquired(named(held));
      case Outcome.TimedOut late -> new Outcome.TimedOut(name(), late.waited(), late.holders());
    };
  }

  @Override
  public HostLock shared() {
    return new KeyLock(file, key, lock.shared());
  }

  @Override
  public HostLock exclusive() {
    return new KeyLock(file, key, lock.exclusive());
  }

  @Override
  public HostLock permissions(int permissions) {
    return new KeyLock(file, key, lock.permissions(permissions));
  }

  @Override
  public HostLock fair() {
    return new KeyLock(file, key, lock.fair());
  }

  @Override
  public String toString() {
    return lock + " [" + key + "]";
  }

  static long byteOf(String key) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(UTF_8));
      return ByteBuffer.wrap(digest).getLong() >>> 2;
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new AssertionError(everyJdkHasIt);
    }
  }

  /** The byte of a key that is held. */
  private static final class KeyHeld implements Held {
    private final KeyLock lock;
    private final Held held;
    private long token;

    KeyHeld(KeyLock lock, Held held) {
      this.lock = lock;
      this.held = held;
    }

    @Override
    public HostLock lock() {
      return lock;
    }

    @Override
    public Mode mode() {
      return held.mode();
    }

    @Override
    public boolean isOpen() {
      return held.isOpen();
    }

    /** One counter for all: one for each key would have to be kept for ever. */
    @Override
    public synchronized long token() throws IOException {
      requireOpen();
      if (token == 0) {
        token = Sidecar.of(lock.file).token(COUNTER, mode());
      }
      // Else it may be higher than that of the next holder.
      requireOpen();
      return token;
    }

    private void requireOpen() {
      if (!held.isOpen()) {
        throw new IllegalStateException(lock.name() + " is not held any more");
      }
    }

    @Override
    public void ensureValid() throws IOException {
      held.ensureValid();
    }

    @Override
    public void onLost(Runnable action) {
      held.onLost(action);
    }

    @Override
    public void downgrade() throws IOException {
      held.downgrade();
    }

    @Override
    public synchronized boolean tryUpgrade() throws IOException {
      boolean before = mode() == Mode.SHARED;
      boolean done = held.tryUpgrade();
      if (done && before) {
        token = 0;
      }
      return done;
    }

    @Override
    public Held detach() {
      held.detach();
      return this;
    }

    @Override
    public Optional<Place> place() {
      return held.place();
    }

    @Override
    public void close() {
      held.close();
    }

    @Override
    public String toString() {
      return lock.name() + (isOpen() ? " held " + mode() : " released");
    }
  }
}
