package dev.holdfast.prove.world;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * A thread of the kernel's own for one piece of work: what it unshares and enters is gone with it,
 * whatever way it ends.
 */
final class FreshThread {
  private FreshThread() {}

  static <T> T run(Callable<T> body) {
    FutureTask<T> task = new FutureTask<>(body);
    Thread thread = Thread.ofPlatform().name("holdfast-world").daemon(true).unstarted(task);
    thread.start();
    boolean interrupted = false;
    try {
      for (; ; ) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          // A world must not be left half-made: the watchdog bounds this wait.
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof RuntimeException known) {
        throw known;
      }
      if (cause instanceof Error error) {
        throw error;
      }
      throw new WorldException("in the world: " + (cause == null ? e : cause).getMessage(), e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
