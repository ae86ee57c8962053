package dev.holdfast.files.tree;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A second thread for the work on a large tree: it does one whole directory while the walker that
 * it helps goes on with those beside it.
 *
 * <p>Only what goes well is its business. At the first failure it stops, and the walker does what
 * is left of that directory itself: so nobody but the caller's own thread calls the caller's code.
 *
 * <p>Threads: belongs to the walker's. The helping thread is started by that one, and so has its
 * identity.
 */
final class TreeHelper implements AutoCloseable {
  /** One directory, by the frame that it is in and its name there. */
  private record Share(TreeFrame in, byte[] name, TreeWalker walker, FutureTask<TreeReport> work) {}

  private final BlockingQueue<Runnable> next = new LinkedBlockingQueue<>();
  private @Nullable Share share;
  private volatile boolean closed;

  TreeHelper() {
    Thread.ofPlatform()
        .daemon()
        .inheritInheritableThreadLocals(false)
        .name("holdfast-tree")
        .start(this::help);
  }

  private void help() {
    while (!closed) {
      try {
        next.take().run();
      } catch (InterruptedException byStrangers) {
        // Nobody who has a reason to knows this thread.
      }
    }
  }

  /** Whether nothing that it was given is left to be taken back. */
  boolean isFree() {
    return share == null;
  }

  /**
   * Gives it the work on one directory. It must be free.
   *
   * @param walker stands on the directory in which that one is; closed by the helping thread
   */
  void give(TreeFrame in, byte[] name, TreeWalker walker) {
    FutureTask<TreeReport> work =
        new FutureTask<>(
            () -> {
              try (walker) {
                return walker.run(name);
              }
            });
    share = new Share(in, name, walker, work);
    next.add(work);
  }

  /** Whether what it was given is in this directory. */
  boolean worksIn(TreeFrame frame) {
    return share != null && share.in() == frame;
  }

  /** Whether all of what it was given is done. */
  boolean isComplete() {
    return share != null
        && share.work().state() == Future.State.SUCCESS
        && share.work().resultNow().complete();
  }

  /** The name of the directory that it was given. */
  byte[] name() {
    return current().name();
  }

  /**
   * Waits until it is done with what it was given, and takes that back. If this thread is
   * interrupted, the work ends early.
   */
  TreeReport takeBack() {
    Share taken = current();
    boolean interrupted = false;
    try {
      for (; ; ) {
        try {
          TreeReport report = taken.work().get();
          share = null;
          return report;
        } catch (InterruptedException e) {
          interrupted = true;
          taken.walker().stop();
        } catch (ExecutionException e) {
          share = null;
          if (e.getCause() instanceof Error error) {
            throw error;
          }
          throw new IllegalStateException("tree work failed", e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Has it end early with what it was given. */
  void stop() {
    current().walker().stop();
  }

  private Share current() {
    if (share == null) {
      throw new IllegalStateException("it was given nothing");
    }
    return share;
  }

  /** Has it end early with what it does, and waits for that. */
  @Override
  public void close() {
    try {
      if (share != null) {
        stop();
        takeBack();
      }
    } finally {
      closed = true;
      next.add(() -> {}); // wakes it
    }
  }
}
