package dev.holdfast.lab.victim.locks;

import dev.holdfast.locks.Held;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Locks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** L13 with Holdfast: {@code ThreadsHold FILE}. */
final class ThreadsHold {
  private ThreadsHold() {}

  public static void main(String[] args)
      throws IOException, ExecutionException, InterruptedException {
    HostLock lock = Locks.of(Path.of(args[0]));
    try (ExecutorService second = Executors.newSingleThreadExecutor()) {
      Held held = lock.acquire();
      System.out.println("held");
      System.out.println(second.submit(() -> ask(lock)).get());
      held.close();
      System.out.println(second.submit(() -> ask(lock)).get());
    }
  }

  private static String ask(HostLock lock) throws IOException {
    Optional<Held> granted = lock.tryAcquire();
    granted.ifPresent(Held::close);
    return granted.isPresent() ? "held" : "busy";
  }
}
