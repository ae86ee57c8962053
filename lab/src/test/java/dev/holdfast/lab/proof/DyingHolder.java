package dev.holdfast.lab.proof;

import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.process.Processes;
import dev.holdfast.locks.Held;
import dev.holdfast.locks.Kinds;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Takes a lock that a dead process may have left, and kills itself while it holds it: {@code
 * DyingHolder KIND DIRECTORY}. {@link #USUAL} in place of a kind recovers as scripts do; a last
 * argument more keeps it alive, for training a JVM.
 */
final class DyingHolder {
  static final String USUAL = "usual";

  /** Each holder's token, a line each. */
  static final String TOKENS = "tokens";

  /** There if one came while another held the lock. */
  static final String OVERLAP = "overlap";

  /** Longer than ten others take on any machine. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private DyingHolder() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    Path directory = Path.of(args[1]);
    if (args[0].equals(USUAL)) {
      usual(directory.resolve("lock"));
      witness(directory, 0);
    } else {
      Held held = LockVictim.open(Kinds.of(args[0]).orElseThrow(), directory).acquire(PATIENCE);
      witness(directory, held.token());
      held.ensureValid();
    }
    if (args.length == 2) {
      Processes.kill(Unistd.getpid(), Processes.SIGKILL);
    }
  }

  /** The kernel keeps the witness's lock for exactly as long as a holder lives. */
  @SuppressWarnings("resource") // its end is to close them
  private static void witness(Path directory, long token) throws IOException {
    FileChannel alive =
        FileChannel.open(
            directory.resolve("alive"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (alive.tryLock() == null) {
      Files.writeString(directory.resolve(OVERLAP), "");
    }
    Files.writeString(
        directory.resolve(TOKENS),
        token + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  /** Make the file; if it is there and names a process that is not, remove it and try again. */
  private static void usual(Path lock) throws IOException, InterruptedException {
    for (; ; ) {
      try {
        Files.writeString(
            lock, Long.toString(ProcessHandle.current().pid()), StandardOpenOption.CREATE_NEW);
        return;
      } catch (FileAlreadyExistsException held) {
        try {
          String pid = Files.readString(lock);
          boolean dead = !pid.isEmpty() && !Files.exists(Path.of("/proc", pid));
          // Whatever the machine does just now.
          Thread.sleep(ThreadLocalRandom.current().nextInt(20));
          if (dead) {
            Files.delete(lock);
          }
        } catch (NoSuchFileException another) {
          // Somebody else removed it.
        }
      }
    }
  }
}
