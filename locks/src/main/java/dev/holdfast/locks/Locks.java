package dev.holdfast.locks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;

/**
 * Where locks come from.
 *
 * <pre>{@code
 * try (Held held = Locks.of(path).acquire(Duration.ofSeconds(5))) { … }
 * }</pre>
 */
public final class Locks {
  private static final int PRIVATE = 0600;

  private Locks() {}

  /** Several locks, to be acquired together in an order that cannot deadlock. */
  public static LockSet all(Lock... locks) {
    return new LockSet(Arrays.asList(locks));
  }

  /** Several locks, to be acquired together in an order that cannot deadlock. */
  public static LockSet all(Collection<? extends Lock> locks) {
    return new LockSet(locks);
  }

  /** The default kind: an {@link OfdLock} on a permanent file. */
  public static OfdLock of(Path file) {
    return ofd(file);
  }

  /** An open-file-description lock on a whole permanent file, which is made if it is not there. */
  public static OfdLock ofd(Path file) {
    return new OfdLock(file, Mode.EXCLUSIVE, 0, 0, PRIVATE);
  }

  /** A POSIX record lock on a whole permanent file, which is made if it is not there. */
  public static PosixLock posix(Path file) {
    return new PosixLock(file, Mode.EXCLUSIVE, 0, 0, PRIVATE);
  }

  /** A BSD flock on a permanent file or directory; a file is made if it is not there. */
  public static FlockLock flock(Path file) {
    return new FlockLock(file, Mode.EXCLUSIVE, PRIVATE);
  }

  /** A lock file made with O_EXCL's meaning and removed on release. */
  public static ExclusiveFileLock file(Path lockFile) {
    return new ExclusiveFileLock(lockFile);
  }

  /** A lock file that excludes on NFS as well. */
  public static NfsLinkLock nfs(Path lockFile) {
    return new NfsLinkLock(lockFile);
  }

  /** A PID file at a place of its own. */
  public static PidFile pidFile(Path pidFile) {
    return new PidFile(pidFile);
  }

  /** The PID file of a daemon of the system, {@code /run/NAME.pid}. */
  public static PidFile daemon(String name) {
    return new PidFile(Path.of("/run").resolve(oneComponent(name) + ".pid"));
  }

  /**
   * The lock of a device, such as {@code /dev/ttyS0}, in {@code /var/lock}.
   *
   * @throws IOException if the device is not there
   */
  public static DeviceLock device(Path device) throws IOException {
    return device(device, Path.of("/var/lock"));
  }

  /** The lock of a device in another directory. */
  public static DeviceLock device(Path device, Path directory) throws IOException {
    return new DeviceLock(device.toRealPath(), directory);
  }

  /** The dot lock of a mailbox: {@code MAILBOX.lock} beside it. */
  public static MailLock mail(Path mailbox) {
    return new MailLock(mailbox);
  }

  /** A TCP port of the loopback address. */
  public static PortLock port(int port) {
    return new PortLock(port);
  }

  /** A name in the abstract namespace of Unix sockets. */
  public static AbstractSocketLock socket(String name) {
    return new AbstractSocketLock(name);
  }

  /**
   * The lock of a kind by its name on the command line: a path, a port number, or a socket name.
   */
  public static Lock named(Kind kind, String name) throws IOException {
    return switch (kind) {
      case OFD -> ofd(Path.of(name));
      case POSIX -> posix(Path.of(name));
      case FLOCK -> flock(Path.of(name));
      case FILE -> file(Path.of(name));
      case NFS -> nfs(Path.of(name));
      case PID_FILE -> name.indexOf('/') < 0 ? daemon(name) : pidFile(Path.of(name));
      case DEVICE -> device(Path.of(name));
      case MAIL -> mail(Path.of(name));
      case PORT -> port(portNumber(name));
      case SOCKET -> socket(name);
      case MEMORY ->
          throw new UnsupportedOperationException(kind.title + ": only for Java programs");
      case ZOOKEEPER, POSTGRESQL ->
          throw new UnsupportedOperationException(kind.title + ": not a lock of one machine");
    };
  }

  /**
   * Lets the programs that this process executes from now on keep the lock: their descriptor is the
   * same. For a program that takes this one's place; the lock then lasts until the last of them has
   * ended.
   *
   * @throws UnsupportedOperationException if the kind has no descriptor to inherit
   */
  public static void passOn(Held held) throws IOException {
    if (held instanceof LocalHeld local && local.slot().engine instanceof KernelEngine engine) {
      engine.passOn();
      return;
    }
    throw new UnsupportedOperationException(
        "a " + held.lock().kind().title + " cannot be passed on to another program");
  }

  private static int portNumber(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("no port number: " + text, e);
    }
  }

  private static String oneComponent(String name) {
    if (name.isEmpty() || name.indexOf('/') >= 0 || name.startsWith(".")) {
      throw new IllegalArgumentException("no name for a daemon: " + name);
    }
    return name;
  }
}
