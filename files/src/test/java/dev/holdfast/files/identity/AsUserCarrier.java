package dev.holdfast.files.identity;

import dev.holdfast.libc.process.Identity;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Prints the file-system user of a carrier thread that had to be made in the instant in which a
 * task of an {@link AsUser} ended: {@code AsUserCarrier UID WHO}. A virtual thread is woken then,
 * by the answer to its call ({@link #ANSWER}), or by the task itself, as no task should ({@link
 * #TASK}). To be run with two carriers at most.
 */
final class AsUserCarrier {
  static final String ANSWER = "answer";
  static final String TASK = "task";

  private AsUserCarrier() {}

  public static void main(String[] args) throws Exception {
    int uid = Integer.parseInt(args[0]);
    AtomicInteger seen = new AtomicInteger(-1);
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    try (AsUser user = AsUser.of(new UserIdentity("somebody", uid, uid, List.of()))) {
      AsUser.Task<Boolean, InterruptedException> task =
          () -> {
            running.countDown();
            go.await();
            ended.countDown();
            return true;
          };
      boolean byTask = args[1].equals(TASK);
      if (byTask) {
        Thread.ofPlatform().start(() -> run(user, task));
      }
      // It waits for the task, so the only carrier there is has nothing to do.
      Thread waits =
          Thread.startVirtualThread(
              () -> {
                try {
                  if (byTask) {
                    ended.await();
                  } else {
                    user.call(task);
                  }
                  seen.set(Identity.setfsuid(Identity.KEEP));
                } catch (InterruptedException nobodyDoes) {
                  throw new IllegalStateException(nobodyDoes);
                }
                done.countDown();
              });
      running.await();
      while (waits.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      // Now it has: whoever wakes the one that waits must make another.
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

  private static void run(AsUser user, AsUser.Task<Boolean, InterruptedException> task) {
    try {
      user.call(task);
    } catch (InterruptedException nobodyDoes) {
      throw new IllegalStateException(nobodyDoes);
    }
  }
}
