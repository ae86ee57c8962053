package dev.holdfast.bench;

import dev.holdfast.locks.Held;
import dev.holdfast.locks.Lock;
import dev.holdfast.locks.Locks;
import dev.holdfast.locks.SharedMemory;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;

/**
 * The loops of {@code bench/locks.c} through the public API: flock|ofd|jdk|memory|contended FILE.
 */
public final class LockLoops {
  private static final int WARM_UP = 60;
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
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static void median(Lock lock) throws IOException, InterruptedException {
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
    for (int round = -WARM_UP; round < ROUNDS; round++) {
      long start = threads.getCurrentThreadCpuTime();
      for (int i = 0; i < N; i++) {
        step.run();
      }
      if (round >= 0) {
        took[round] = (threads.getCurrentThreadCpuTime() - start) / (double) N;
      }
    }
    Arrays.sort(took);
    System.out.printf(Locale.ROOT, "%.1f%n", took[ROUNDS / 2]);
  }

  private static void contended(Lock lock, double seconds)
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

  private static void count(double seconds, Step step) throws IOException, InterruptedException {
    // The first second compiles.
    long warm = System.nanoTime() + 1_000_000_000L;
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
