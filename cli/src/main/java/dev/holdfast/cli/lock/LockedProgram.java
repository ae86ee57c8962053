package dev.holdfast.cli.lock;

import dev.holdfast.cli.child.CallerState;
import dev.holdfast.cli.child.Child;
import dev.holdfast.cli.child.ChildProgram;
import dev.holdfast.cli.child.Family;
import dev.holdfast.cli.command.CommandFailure;
import dev.holdfast.libc.process.Processes;
import dev.holdfast.locks.Held;
import dev.holdfast.locks.LockLostException;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.process.Inheritance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A program that is run while locks are held, which are then let go of. */
final class LockedProgram {
  private final List<Held> held;
  private final boolean quiet;
  private final Consumer<String> say;

  /**
   * @param held whose it is from now on, in the order in which they were taken
   * @param say tells the user
   */
  LockedProgram(List<Held> held, boolean quiet, Consumer<String> say) {
    this.held = List.copyOf(held);
    this.quiet = quiet;
    this.say = say;
  }

  /** Becomes the program, which has the lock from then on. Returns only by throwing. */
  int takeOurPlace(List<String> program, Map<String, String> variables) throws IOException {
    Held one = held.getFirst();
    try (one) {
      CallerState.keepDescriptors();
      if (!Inheritance.passOn(one, true)) {
        throw CommandFailure.usage(
            "--exec", one.lock().kind().titleWithArticle() + " cannot be passed on");
      }
      return ChildProgram.replaceThisProcess(program, variables);
    }
  }

  /**
   * Runs it and waits for its end.
   *
   * @param close whether it is not to inherit the locks
   * @param atMost how long it may run; null for ever
   * @return its exit status
   */
  int run(
      List<String> program, Map<String, String> variables, boolean close, @Nullable Duration atMost)
      throws IOException {
    List<Held> inherited = new ArrayList<>();
    try {
      Job job = new Job(inherited, close, atMost);
      int status = ChildProgram.run(program, variables, job);
      return job.ended(status);
    } finally {
      letGo(inherited);
    }
  }

  /** What is done around the program. */
  private final class Job implements ChildProgram.Run {
    private static final long GRACE_NANOS = 5_000_000_000L;
    private static final long LOOK_MILLIS = 10;

    private final List<Held> inherited;
    private volatile boolean overdue;
    private @Nullable Thread limiter;

    private final boolean close;
    private final @Nullable Duration atMost;

    Job(List<Held> inherited, boolean close, @Nullable Duration atMost) {
      this.inherited = inherited;
      this.close = close;
      this.atMost = atMost;
    }

    @Override
    public void starting() throws IOException {
      for (Held one : held) {
        Inheritance.holderIsToCome(one);
      }
      if (!close) {
        for (Held one : held) {
          if (Inheritance.passOn(one, true)) {
            inherited.add(one);
          }
        }
      }
    }

    @Override
    public void started(Child child) throws IOException {
      for (Held one : inherited) {
        Inheritance.passOn(one, false);
      }
      for (Held one : held) {
        Inheritance.holderIs(one, child.pid());
      }
      LongWait.begin(() -> {});
      Duration limit = atMost;
      if (limit != null) {
        limiter = Thread.ofPlatform().daemon().name("at-most").start(() -> end(child, limit));
      }
    }

    private void end(Child child, Duration limit) {
      try (Family family = new Family(child)) {
        Thread.sleep(limit);
        if (child.isGone()) {
          return;
        }
        overdue = true;
        family.look();
        family.kill(Processes.SIGTERM);
        family.kill(Processes.SIGCONT);
        long end = System.nanoTime() + GRACE_NANOS;
        while (!child.isGone() || family.isLeft()) {
          if (System.nanoTime() - end >= 0) {
            family.look();
            family.kill(Processes.SIGKILL);
            return;
          }
          Thread.sleep(LOOK_MILLIS);
        }
      } catch (InterruptedException itEnded) {
        return;
      } catch (IOException e) {
        say.accept("--at-most: " + e.getMessage());
      }
    }

    /** The program has ended; if it was made to, so has all that it started. */
    int ended(int status) {
      Thread ending = limiter;
      if (!overdue || ending == null) {
        return status;
      }
      boolean interrupted = false;
      while (ending.isAlive()) {
        try {
          ending.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      return LockCommand.OVERDUE;
    }
  }

  /** Whatever comes of it, the status is the program's. */
  private void letGo(List<Held> inherited) {
    for (Held one : held.reversed()) {
      try {
        one.ensureValid();
        tellHeirs(one, inherited);
      } catch (LockLostException lost) {
        sayLost(one);
        inherited.remove(one);
        closeQuietly(one);
        continue;
      } catch (IOException unknown) {
        say.accept(one.lock().name() + ": " + unknown.getMessage());
      }
      try {
        if (inherited.contains(one)) {
          Inheritance.leaveToHeirs(one);
        } else {
          one.close();
        }
      } catch (UncheckedIOException e) {
        if (e.getCause() instanceof LockLostException) {
          sayLost(one);
        } else {
          say.accept(String.valueOf(e.getMessage()));
        }
      }
    }
  }

  private void sayLost(Held one) {
    say.accept(
        one.lock().name()
            + ": the lock file was removed or replaced while the program ran: another may have run"
            + " beside it");
  }

  private static void closeQuietly(Held lost) {
    try {
      lost.close();
    } catch (UncheckedIOException told) {
      // It was lost, and that was said.
    }
  }

  private void tellHeirs(Held one, List<Held> inherited) {
    if (inherited.contains(one) && one.mode() == Mode.EXCLUSIVE && !quiet) {
      List<Integer> heirs = Inheritance.heirs(one);
      if (!heirs.isEmpty()) {
        String pids = heirs.stream().map(String::valueOf).collect(Collectors.joining(", "));
        say.accept(
            "note: "
                + one.lock().name()
                + ": the program left pid "
                + pids
                + ", which keeps the lock");
      }
    }
  }
}
