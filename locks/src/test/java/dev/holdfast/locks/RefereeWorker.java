package dev.holdfast.locks;

import dev.holdfast.libc.process.Identity;
import dev.holdfast.locks.kernel.TicketQueue;
import dev.holdfast.locks.wait.Deadline;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** A process that takes every kind of lock as often as it can, and tells the {@link Referee}. */
final class RefereeWorker {
  /** What everybody writes first: is the file there? No? Then make it. */
  static final String NAIVE = "naive";

  private static final String FAIR = "fair-";

  /** The queue of the fair locks by itself. */
  static final String QUEUE = "queue";

  private final Path directory;
  private final int port;

  private RefereeWorker(Path directory, int port) {
    this.directory = directory;
    this.port = port;
  }

  /**
   * Arguments: the directory, the referee's port, then names: of kinds, {@code fair-KIND}, naive.
   */
  public static void main(String[] args) {
    // The test would wait for a lock that nobody asks for any more.
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, e) -> {
          e.printStackTrace();
          Runtime.getRuntime().halt(1);
        });
    RefereeWorker worker = new RefereeWorker(Path.of(args[0]), Integer.parseInt(args[1]));
    for (String name : List.of(args).subList(2, args.length)) {
      Thread.ofPlatform().start(() -> worker.run(name));
      Thread.ofVirtual().start(() -> worker.run(name));
    }
    System.out.println("started");
    try {
      // Ends with its standard input: with the test.
      System.in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      System.err.println(e);
    }
    Runtime.getRuntime().halt(0);
  }

  private void run(String name) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        DataInputStream in = new DataInputStream(socket.getInputStream());
        DataOutputStream out = new DataOutputStream(socket.getOutputStream())) {
      socket.setTcpNoDelay(true);
      for (; ; ) {
        if (name.equals(NAIVE)) {
          if (!naive(in, out)) {
            // It has failed: what it takes from the others from now on would show nothing more.
            return;
          }
        } else if (name.equals(QUEUE)) {
          queue(in, out);
        } else {
          lock(name, in, out);
        }
      }
    } catch (IOException | InterruptedException e) {
      System.err.println(name + ": " + e);
      Runtime.getRuntime().halt(1);
    }
  }

  private void lock(String name, DataInputStream in, DataOutputStream out)
      throws IOException, InterruptedException {
    boolean fair = name.startsWith(FAIR);
    Kind kind = Kinds.of(fair ? name.substring(FAIR.length()) : name).orElseThrow();
    HostLock lock = TestKinds.open(kind, directory, name);
    lock = fair ? lock.fair() : lock;
    Held held = anyWay(lock);
    if (held == null) {
      return;
    }
    try (held) {
      tell(Referee.ACQUIRED, name, held.token(), in, out);
      tell(Referee.RELEASED, name, 0, in, out);
    }
  }

  /** Drops out of the queue now and then, as who has no more time does. */
  private void queue(DataInputStream in, DataOutputStream out)
      throws IOException, InterruptedException {
    TicketQueue queue = new TicketQueue(directory.resolve(QUEUE), 0600, Identity.KEEP);
    int millis = ThreadLocalRandom.current().nextInt(1, 40);
    Deadline deadline = millis < 10 ? Deadline.after(Duration.ofMillis(millis)) : Deadline.NONE;
    try (TicketQueue.Ticket turn = queue.take(deadline)) {
      if (turn != null) {
        tell(Referee.ACQUIRED, QUEUE, turn.number, in, out);
        tell(Referee.RELEASED, QUEUE, 0, in, out);
      }
    }
  }

  private static @Nullable Held anyWay(HostLock lock) throws IOException, InterruptedException {
    return switch (ThreadLocalRandom.current().nextInt(4)) {
      case 0 -> {
        Optional<Held> now = lock.tryAcquire();
        yield now.orElse(null);
      }
      case 1 -> timed(lock, Duration.ofMillis(ThreadLocalRandom.current().nextInt(1, 20)));
      case 2 -> timed(lock, Duration.ofSeconds(2));
      default -> lock.acquire();
    };
  }

  private static @Nullable Held timed(HostLock lock, Duration timeout)
      throws IOException, InterruptedException {
    return lock.attempt(timeout) instanceof Outcome.Acquired(Held held) ? held : null;
  }

  /**
   * @return false if it was ever held by two
   */
  private boolean naive(DataInputStream in, DataOutputStream out) throws IOException {
    Path file = directory.resolve(NAIVE);
    if (Files.exists(file)) {
      Thread.onSpinWait();
      return true;
    }
    try {
      Files.write(file, new byte[0]);
      boolean alone = tell(Referee.ACQUIRED, NAIVE, System.nanoTime(), in, out) == Referee.FINE;
      tell(Referee.RELEASED, NAIVE, 0, in, out);
      Files.delete(file);
      return alone;
    } catch (NoSuchFileException | FileAlreadyExistsException thatIsWhatComesOfIt) {
      return true;
    }
  }

  /** Tells the referee, and waits for the answer: from now on it is known. */
  private static int tell(
      int what, String lock, long token, DataInputStream in, DataOutputStream out)
      throws IOException {
    java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
    DataOutputStream message = new DataOutputStream(bytes);
    message.writeByte(what);
    message.writeUTF(lock);
    if (what == Referee.ACQUIRED) {
      message.writeLong(token);
    }
    out.write(bytes.toByteArray());
    return in.readByte();
  }
}
