package dev.holdfast.files;

import dev.holdfast.libc.Identity;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Prints the file-system user of a carrier thread that had to be made in the instant in which a
 * task of an {@link AsUser} ended: {@code AsUserCarrier UID}. To be run with two carriers at most.
 */
final class AsUserCarrier {
  private AsUserCarrier() {}

  public static void main(String[] args) throws Exception {
    int uid = Integer.parseInt(args[0]);
    AtomicInteger seen = new AtomicInteger(-1);
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    try (AsUser user = AsUser.of(new UserIdentity("somebody", uid, uid, List.of()))) {
      // It waits for the task, so the only carrier there is has nothing to do.
      Thread caller =
          Thread.startVirtualThread(
              () -> {
                try {
                  user.<Boolean, InterruptedException>call(
                      () -> {
                        running.countDown();
                        go.await();
                        return true;
                      });
                  seen.set(Identity.setfsuid(Identity.KEEP));
                } catch (InterruptedException nobodyDoes) {
                  throw new IllegalStateException(nobodyDoes);
                }
                done.countDown();
              });
      running.await();
      while (caller.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      // Now it has: whoever wakes the caller must make another.
      CountDownLatch busy = new CountDownLatch(1);
      Thread.startVirtualThread(
          () -> {
            busy.countDown();
            while (done.getCount() != 0) {
              Thread.onSpinWait();
            }
          });
      busy.await();
      go.countDown();
      done.await();
    }
    System.out.println(seen.get());
  }
}
