package dev.holdfast.lab.victim.locks;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** L13 as it is usually written in Java: {@code ThreadsJdk FILE}. */
final class ThreadsJdk {
  private ThreadsJdk() {}

  public static void main(String[] args)
      throws IOException, ExecutionException, InterruptedException {
    Path file = Path.of(args[0]);
    try (FileChannel channel = open(file);
        ExecutorService second = Executors.newSingleThreadExecutor()) {
      FileLock lock = channel.lock();
      System.out.println("held");
      System.out.println(second.submit(() -> ask(file)).get());
      lock.release();
      System.out.println(second.submit(() -> ask(file)).get());
    }
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  private static String ask(Path file) throws IOException {
    try (FileChannel channel = open(file);
        FileLock lock = channel.tryLock()) {
      return lock == null ? "busy" : "held";
    } catch (OverlappingFileLockException e) {
      return e.toString();
    }
  }
}
