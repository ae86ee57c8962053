package dev.holdfast.prove.schedule.run;

import dev.holdfast.libc.FileLocks;
import dev.holdfast.libc.Sysno;
import dev.holdfast.prove.model.ScheduleWait;
import dev.holdfast.prove.trace.Task;
import dev.holdfast.prove.trace.TraceHandler.Then;
import dev.holdfast.prove.trace.Tracer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Nobody could go on, and somebody is not at its end: whether that is a deadlock.
 *
 * <p>All else is tried before, in this order. Who only sleeps wakes, since sleeps are skipped; if
 * nothing comes of it for many times, they look for something that none does. Who waits for a lock
 * asks once more, since it may be free without a call that gave it back. A clock of the kernel's is
 * waited for, if somebody has set one. And of those who wait for POSIX record locks of one another
 * the kernel refuses one. Where daemons are run, to wait for something from outside is an end.
 *
 * <p>Threads: the tracer's.
 */
final class Standstill {
  /** What comes of it. */
  enum Outcome {
    GOES_ON,
    /** They have come to an end: all wait for something from outside. */
    QUIET,
    LIVELOCK,
    DEADLOCK,
    TIMEOUT
  }

  /** So often all sleep, and nothing comes of it, before they are taken to do so for ever. */
  static final int MAX_ROUNDS = 1000;

  /** The same, once some have been seen to. */
  private static final int USUAL_ROUNDS = 100;

  /** So often all sleep, and nothing comes of it, where that is an end. */
  static final int QUIET_ROUNDS = 10;

  private final Tracer tracer;
  private final Actors actors;
  private final Logbook log;
  private final Mover mover;
  private final Calm calm;
  private final VirtualClock clock;
  private final ClockWait clockWait;
  private final Learned learned;
  private final boolean quiet;

  /** How often they have slept since something was changed. */
  private int rounds;

  private long changes;

  /** Whether those who wait at locks have asked once more since a call was made. */
  private boolean retried;

  private long state = -1;

  /**
   * @param quiet whether it is an end when all wait for something from outside
   */
  Standstill(
      Tracer tracer,
      Actors actors,
      Logbook log,
      Mover mover,
      Calm calm,
      VirtualClock clock,
      ClockWait clockWait,
      Learned learned,
      boolean quiet) {
    this.tracer = tracer;
    this.actors = actors;
    this.log = log;
    this.mover = mover;
    this.calm = calm;
    this.clock = clock;
    this.clockWait = clockWait;
    this.learned = learned;
    this.quiet = quiet;
  }

  /** Tries what can still be tried. */
  Outcome resolve() {
    if (log.state() != state) {
      state = log.state();
      retried = false;
    }
    if (log.changes() != changes) {
      changes = log.changes();
      rounds = 0;
    }
    List<Actor> asleep = actors.all().stream().filter(Actor::onlySleeps).toList();
    if (!asleep.isEmpty()) {
      return wake(asleep);
    }
    if (!retried) {
      retried = true;
      actors.all().forEach(Actor::unblockAll);
      return Outcome.GOES_ON;
    }
    if (quiet && !actors.left().stream().allMatch(a -> a.isBlocked())) {
      return Outcome.QUIET;
    }
    if (clockWait.isAnyWoken()) {
      return Outcome.GOES_ON;
    }
    if (tracer.expired()) {
      return Outcome.TIMEOUT;
    }
    return isCircleRefused() ? Outcome.GOES_ON : Outcome.DEADLOCK;
  }

  private Outcome wake(List<Actor> asleep) {
    if (quiet && rounds >= QUIET_ROUNDS) {
      return Outcome.QUIET;
    }
    if (++rounds > (learned.endless ? USUAL_ROUNDS : MAX_ROUNDS)) {
      learned.endless = true;
      return Outcome.LIVELOCK;
    }
    // Their sleeps are skipped, so that the time goes by the machine's pace, not by theirs.
    tracer.restartLimit();
    clock.skip(asleep, rounds);
    asleep.forEach(each -> mover.advance(each, true));
    return Outcome.GOES_ON;
  }

  /**
   * The kernel refuses a request for a POSIX record lock that closes a circle of them; but only
   * where the others wait in the kernel, and not where they were taken back to: so each asks once
   * more, in the order in which they asked.
   *
   * @return whether one was refused, and goes on
   */
  private boolean isCircleRefused() {
    List<Integer> order = new ArrayList<>();
    for (ScheduleWait each : log.waits()) {
      order.remove((Object) each.program());
      order.add(each.program());
    }
    Map<Task, Actor> asking = new LinkedHashMap<>();
    for (Integer who : order) {
      Actor actor = actors.get(who);
      for (Actor.Held held : actor.blockedCalls()) {
        if (held.call().sysno() == Sysno.FCNTL
            && held.call().intArg(1) == FileLocks.F_SETLKW
            && !tracer.expired()) {
          asking.put(held.call().task(), actor);
          actor.goes(held, held.footprint());
          tracer.release(held.call(), Then.SHOW_RESULT);
          calm.settle();
        }
      }
    }
    boolean refused =
        asking.entrySet().stream().anyMatch(e -> !e.getValue().isUnderway(e.getKey()));
    asking.forEach((task, actor) -> mover.isTakenBack(actor, task));
    return refused;
  }
}
