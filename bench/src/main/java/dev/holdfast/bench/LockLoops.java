package dev.holdfast.bench;

import dev.holdfast.libc.Unistd;
import dev.holdfast.locks.Held;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Locks;
import dev.holdfast.locks.memory.SharedMemory;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;

/**
 * The loops of {@code bench/locks.c} through the public API.
 *
 * <ul>
 *   <li>{@code flock|ofd|jdk|memory FILE}: nanoseconds for an acquisition with its release
 *   <li>{@code contended|jdk-contended FILE SECONDS}: how many, beside others that do the same
 *   <li>{@code handover FILE SECONDS PARTY}: two parties walk round a ring of three locks, always
 *       taking the next before they let go of the last; so at each step one waits for the other.
 *       How many steps
 *   <li>{@code hold FILE}: says that it holds the lock, and keeps it
 *   <li>{@code next FILE}: says that it waits, and then at which nanosecond of the monotonic clock
 *       it got the lock
 * </ul>
 */
public final class LockLoops {
  /** Compiles: also a loop so short that a number of rounds would be over before it is compiled. */
  private static final long WARM_UP_NANOS = 1_000_000_000L;

  private static final int ROUNDS = 61;
  private static final int N = 20_000;

  private LockLoops() {}

  private interface Step {
    void run() throws IOException, InterruptedException;
  }

  /** Prints nanoseconds for an acquisition with its release, or how many there were. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path file = Path.of(args[1]);
    switch (args[0]) {
      case "flock" -> median(Locks.flock(file));
      case "ofd" -> median(Locks.ofd(file));
      case "memory" -> median(SharedMemory.open(file).lock(0));
      case "jdk" -> jdk(file);
      case "contended" -> contended(Locks.ofd(file), Double.parseDouble(args[2]));
      case "jdk-contended" -> jdkContended(file, Double.parseDouble(args[2]));
      case "handover" -> handover(file, Double.parseDouble(args[2]), args[3].equals("0") ? 0 : 2);
      case "hold" -> {
        Held held = Locks.ofd(file).acquire();
        say(held.isOpen() ? "held" : "not held");
        Thread.sleep(Long.MAX_VALUE);
      }
      case "next" -> next(file, Locks.ofd(file));
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static void median(HostLock lock) throws IOException, InterruptedException {
    median(
        () -> {
          Held held = lock.acquire();
          held.close();
        });
  }

  private static void jdk(Path file) throws IOException, InterruptedException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
      median(
          () -> {
            FileLock lock = channel.lock();
            lock.release();
          });
    }
  }

  /** The median of many short rounds, in CPU time, so that a busy machine disturbs it little. */
  private static void median(Step step) throws IOException, InterruptedException {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    double[] took = new double[ROUNDS];
    long warm = System.nanoTime() + WARM_UP_NANOS;
    for (int round = 0; round < ROUNDS; ) {
      long start = threads.getCurrentThreadCpuTime();
      repeat(step);
      took[round] = (threads.getCurrentThreadCpuTime() - start) / (double) N;
      if (System.nanoTime() >= warm) {
        round++;
      }
    }
    Arrays.sort(took);
    System.out.printf(Locale.ROOT, "%.1f%n", took[ROUNDS / 2]);
  }

  /** A method that is entered often is compiled as a program's are; one long loop is not. */
  private static void repeat(Step step) throws IOException, InterruptedException {
    for (int i = 0; i < N; i++) {
      step.run();
    }
  }

  private static void contended(HostLock lock, double seconds)
      throws IOException, InterruptedException {
    count(seconds, () -> lock.acquire().close());
  }

  private static void jdkContended(Path file, double seconds)
      throws IOException, InterruptedException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
      count(seconds, () -> channel.lock().release());
    }
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }

  private static void handover(Path file, double seconds, int start)
      throws IOException, InterruptedException {
    HostLock whole = Locks.ofd(file);
    HostLock[] ring = {whole.range(0, 1), whole.range(1, 1), whole.range(2, 1)};
    int at = start;
    // Going round a ring is what the order of acquisition forbids: no thread answers for these.
    Held held = ring[at].acquire().detach();
    say("ready");
    if (System.in.read() < 0) {
      return;
    }
    long steps = 0;
    long begin = System.nanoTime() + WARM_UP_NANOS;
    long end = begin + (long) (seconds * 1e9);
    for (long time = System.nanoTime(); time < end; time = System.nanoTime()) {
      int next = (at + 1) % ring.length;
      Held taken = ring[next].acquire().detach();
      held.close();
      held = taken;
      at = next;
      if (time > begin) {
        steps++;
      }
    }
    System.out.println(steps);
    held.close();
  }

  private static void next(Path file, HostLock lock) throws IOException, InterruptedException {
    // Whoever waits has taken a lock before, as a service has.
    HostLock another = Locks.ofd(file.resolveSibling(file.getFileName() + "-" + Unistd.getpid()));
    for (int i = 0; i < 100; i++) {
      another.acquire().close();
    }
    var _ = lock.attempt(Duration.ofMillis(1));
    say("waiting");
    Held held = lock.acquire();
    long now = System.nanoTime();
    say(Long.toString(now));
    held.close();
  }

  private static void count(double seconds, Step step) throws IOException, InterruptedException {
    long warm = System.nanoTime() + WARM_UP_NANOS;
    while (System.nanoTime() < warm) {
      step.run();
    }
    long count = 0;
    long end = System.nanoTime() + (long) (seconds * 1e9);
    while (System.nanoTime() < end) {
      step.run();
      count++;
    }
    System.out.println(count);
  }
}
