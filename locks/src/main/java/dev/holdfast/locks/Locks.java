package dev.holdfast.locks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;

/**
 * Where locks come from.
 *
 * <pre>{@code
 * try (Held held = Locks.of(path).acquire(Duration.ofSeconds(5))) { … }
 * }</pre>
 *
 * <p><b>Guarantees.</b> Two objects made here for the same thing are the same lock, however it was
 * named. No file is made before a lock is asked for. Readers of {@link #of}, {@link #flock} and
 * shared memory can keep a writer waiting for ever; {@link HostLock#fair} serves all in their turn.
 *
 * <p><b>Remaining races.</b> Those of {@link HostLock} and of each kind.
 *
 * <p><b>Threads.</b> Safe for all.
 */
public final class Locks {
  private Locks() {}

  /** Several locks, to be acquired together in an order that cannot deadlock. */
  public static LockSet all(HostLock... locks) {
    return new LockSet(Arrays.asList(locks));
  }

  /** Several locks, to be acquired together in an order that cannot deadlock. */
  public static LockSet all(Collection<? extends HostLock> locks) {
    return new LockSet(locks);
  }

  /** Several locks, of which any one will do. */
  public static LockChoice anyOf(Collection<? extends HostLock> locks) {
    return new LockChoice(locks);
  }

  /**
   * Locks by keys, as many as one likes, kept in one file of this directory. On another system than
   * Linux as {@link #of}.
   */
  public static LockRegistry in(Path directory) {
    return new LockRegistry(directory);
  }

  /**
   * The default kind: {@link #ofd} on a permanent file. For development on another system than
   * Linux the property {@code dev.holdfast.locks.portable=true} has a lock of the JDK's stand in,
   * which promises less: docs/decisions/0034.
   */
  public static HostLock of(Path file) {
    return at(Kinds.USUAL, file);
  }

  /** An open-file-description lock on a whole permanent file, which is made if it is not there. */
  public static HostLock ofd(Path file) {
    return at(Kinds.OFD, file);
  }

  /** A POSIX record lock on a whole permanent file, which is made if it is not there. */
  public static HostLock posix(Path file) {
    return at(Kinds.POSIX, file);
  }

  /** A BSD flock on a permanent file or directory; a file is made if it is not there. */
  public static HostLock flock(Path file) {
    return at(Kinds.FLOCK, file);
  }

  /** A lock file made with O_EXCL's meaning and removed on release. */
  public static HostLock file(Path lockFile) {
    return at(Kinds.FILE, lockFile);
  }

  /** A lock file that excludes on NFS as well. */
  public static HostLock nfs(Path lockFile) {
    return at(Kinds.NFS, lockFile);
  }

  /** A PID file at a place of its own. */
  public static HostLock pidFile(Path pidFile) {
    return at(Kinds.PID_FILE, pidFile);
  }

  /**
   * The PID file of a daemon of the system, {@code /run/NAME.pid}.
   *
   * @param name without {@code .pid}
   */
  public static HostLock daemon(String name) {
    if (name.indexOf('/') >= 0) {
      throw new IllegalArgumentException("not a name for a daemon: " + name);
    }
    return named(Kinds.PID_FILE, name);
  }

  /**
   * The lock of a device, such as {@code /dev/ttyS0}, in {@code /var/lock}.
   *
   * @throws IOException if the device is not there
   */
  public static HostLock device(Path device) throws IOException {
    return Kinds.DEVICE.at(device);
  }

  /** The lock of a device in another directory. */
  public static HostLock device(Path device, Path directory) throws IOException {
    return Kinds.DEVICE.in(directory).at(device);
  }

  /** The dot lock of a mailbox: {@code MAILBOX.lock} beside it. */
  public static HostLock mail(Path mailbox) {
    return at(Kinds.MAIL, mailbox);
  }

  /** A TCP port of the loopback address. */
  public static HostLock port(int port) {
    return named(Kinds.PORT, Integer.toString(port));
  }

  /** A name in the abstract namespace of Unix sockets. */
  public static HostLock socket(String name) {
    return named(Kinds.SOCKET, name);
  }

  private static HostLock at(Kind kind, Path path) {
    try {
      return kind.at(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static HostLock named(Kind kind, String name) {
    try {
      return kind.named(name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
