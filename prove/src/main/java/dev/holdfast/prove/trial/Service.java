package dev.holdfast.prove.trial;

import dev.holdfast.libc.Sysno;
import dev.holdfast.libc.process.Processes;
import dev.holdfast.prove.trace.Ending;
import dev.holdfast.prove.trace.Meanwhile;
import dev.holdfast.prove.trace.Program;
import dev.holdfast.prove.trace.TraceHandler;
import dev.holdfast.prove.trace.Tracer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A program that does not end by itself, and how it is used: it is started, its clients run one
 * after the other once it is ready, and then it is asked to end.
 *
 * @param until what it is to come to first; null if it is ready once it does nothing any more
 * @param clients shell commands; run in the program's world, and not watched
 * @param shell makes the program that runs one, asked in the world
 */
public record Service(
    @Nullable Readiness until, List<String> clients, Function<String, Program> shell) {
  /** A program that ends by itself. */
  public static final Service NONE =
      new Service(
          null,
          List.of(),
          _ -> {
            throw new IllegalStateException("no client");
          });

  private static final Duration GRACE = Duration.ofSeconds(1);

  public Service {
    clients = List.copyOf(clients);
  }

  /** True if the program is left alone until it ends. */
  public boolean isNone() {
    return until == null && clients.isEmpty();
  }

  /**
   * How a run of the program went.
   *
   * @param ending the program's; as if it had succeeded if it ended because it was asked to
   * @param clientExit the first exit status of a client that is not 0, else 0
   * @param ready whether it came to be ready
   */
  public record Ran(Ending ending, int clientExit, boolean ready) {
    /** As a shell counts: the program's, or its client's. */
    public Ending outcome() {
      return ending.code() == 0 && clientExit != 0 ? new Ending.Exited(clientExit) : ending;
    }
  }

  /**
   * Runs the program, stopped at the wanted calls.
   *
   * @param patience how long it may take until it is ready, and each client may take
   */
  public Ran run(
      Tracer tracer, Program program, Set<Sysno> wanted, TraceHandler handler, Duration patience) {
    if (isNone()) {
      return new Ran(tracer.run(program, wanted, handler), 0, true);
    }
    Use use = new Use(patience);
    Ending ending = tracer.run(program, wanted, handler, use);
    boolean asked = use.state == State.STOPPING && !(ending instanceof Ending.TimedOut);
    return new Ran(
        asked ? new Ending.Exited(0) : ending, use.clientExit, use.state != State.STARTING);
  }

  private enum State {
    STARTING,
    SERVING,
    STOPPING
  }

  /** One run's. */
  private final class Use implements Meanwhile {
    private final long patience;
    private final long start = System.nanoTime();
    private final Deque<String> waiting = new ArrayDeque<>(clients);
    private final Quiet quiet = new Quiet();
    private State state = State.STARTING;
    private boolean clientRuns;
    private int clientExit;
    private long askedAt;

    /** Since when it is as it is now, or was last asked. */
    private long since = start;

    Use(Duration patience) {
      this.patience = patience.toNanos();
    }

    @Override
    public boolean look(Tracer tracer) {
      long now = System.nanoTime();
      switch (state) {
        case STARTING -> {
          if (isReady(tracer, now)) {
            state = State.SERVING;
            since = now;
          } else if (now - start > patience) {
            tracer.signalProgram(Processes.SIGKILL);
            return false;
          }
        }
        case SERVING -> serve(tracer, now);
        case STOPPING -> {
          if (now - askedAt > Math.max(GRACE.toNanos(), askedAt - start)) {
            tracer.signalProgram(Processes.SIGKILL);
            return false;
          }
        }
      }
      return true;
    }

    private void serve(Tracer tracer, long now) {
      if (clientRuns) {
        return;
      }
      String next = waiting.poll();
      if (next != null) {
        clientRuns = true;
        tracer.runBeside(shell.apply(next), Duration.ofNanos(patience), this::clientEnded);
      } else if (quiet.is(tracer) || now - since > GRACE.toNanos()) {
        state = State.STOPPING;
        askedAt = now;
        tracer.signalProgram(Processes.SIGTERM);
      }
    }

    /** Some services always do something: whether they are ready is then asked now and then. */
    private boolean isReady(Tracer tracer, long now) {
      if (quiet.is(tracer)) {
        return until == null || until.reached(tracer);
      }
      if (until == null || now - since < GRACE.toNanos()) {
        return false;
      }
      since = now;
      return until.reached(tracer);
    }

    private void clientEnded(@Nullable Ending ending) {
      clientRuns = false;
      since = System.nanoTime();
      int exit = ending == null ? new Ending.TimedOut().code() : ending.code();
      clientExit = clientExit == 0 ? exit : clientExit;
    }
  }
}
