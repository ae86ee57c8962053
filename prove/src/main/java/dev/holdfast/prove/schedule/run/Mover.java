package dev.holdfast.prove.schedule.run;

import dev.holdfast.libc.Sysno;
import dev.holdfast.prove.schedule.footprint.Followed;
import dev.holdfast.prove.schedule.footprint.Footprint;
import dev.holdfast.prove.schedule.footprint.Footprint.Effect;
import dev.holdfast.prove.trace.Rest;
import dev.holdfast.prove.trace.Task;
import dev.holdfast.prove.trace.TraceHandler;
import dev.holdfast.prove.trace.TraceHandler.Then;
import dev.holdfast.prove.trace.Tracer;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/**
 * Has one program make its next call, and waits until all is at rest again.
 *
 * <p>A request for a lock that falls asleep is taken back to where it was held, with nothing done:
 * so that who gets the lock is decided by the schedule and not by the kernel's queue. Sleeps are
 * skipped. A signal that a held task was sent comes before its call and not in it.
 *
 * <p>Threads: the tracer's.
 */
final class Mover {
  private static final Set<Sysno> TAKEN_BACK = Set.of(Sysno.FLOCK, Sysno.FCNTL);

  private final Tracer tracer;
  private final Rest rest;
  private final Actors actors;
  private final Points points;
  private final Logbook log;
  private final Calm calm;
  private final Pids pids;
  private final Learned learned;

  /** Makes an actor of a new process; only where processes run against one another. */
  private final Function<Task, Actor> maker;

  private final boolean inside;

  Mover(
      Tracer tracer,
      Rest rest,
      Actors actors,
      Points points,
      Logbook log,
      Calm calm,
      Pids pids,
      Learned learned,
      boolean inside,
      Function<Task, Actor> maker) {
    this.tracer = tracer;
    this.rest = rest;
    this.actors = actors;
    this.points = points;
    this.log = log;
    this.calm = calm;
    this.pids = pids;
    this.learned = learned;
    this.inside = inside;
    this.maker = maker;
  }

  /**
   * Has a program make its next call.
   *
   * @param evenAsleep whether it may be a sleep of those who let the others go first
   * @return false if it has to wait, and nothing was done
   */
  boolean advance(Actor actor, boolean evenAsleep) {
    if (!actor.started) {
      start(actor);
      return true;
    }
    Actor.Held held = Objects.requireNonNull(actor.next(evenAsleep));
    if (actor.hasChoice()) {
      learned.inOneOrder.add(actor.number);
    }
    Task task = held.call().task();
    if (held.sleeps()) {
      actor.goes(held, held.footprint());
      log.slept(actor, task, held.footprint());
      tracer.skip(held.call(), 0);
      calm.settle();
      return true;
    }
    Footprint now = now(held);
    actor.goes(held, now);
    if (now.effect() == Effect.EXIT) {
      log.made(actor, task, now, 0);
      if (inside || task.path().equals("0")) {
        log.ended(actor);
      }
      tracer.release(held.call(), Then.GO_ON);
      calm.settle();
      return true;
    }
    tracer.release(held.call(), Then.SHOW_RESULT);
    calm.settle();
    if (Followed.KILLS.contains(held.call().sysno())) {
      deliverSignals();
    }
    if (TAKEN_BACK.contains(held.call().sysno()) && isTakenBack(actor, task)) {
      log.waits(actor, now);
      return false;
    }
    if (actor.isUnderway(task)) {
      // It sleeps in the call, until another one wakes it: that is not as if it had not begun.
      log.isUnderway(actor, task.path());
    }
    return true;
  }

  private void start(Actor actor) {
    pids.choose(actor);
    TraceHandler handler = inside ? new Crew(actor, maker) : actor;
    actor.begins(tracer.start(actor.program, followed(), handler));
    log.isUnderway(actor, "");
    calm.settle();
  }

  private Set<Sysno> followed() {
    Set<Sysno> calls =
        EnumSet.copyOf(learned.seen.sends() ? Followed.CALLS_AND_SIGNALS : Followed.CALLS);
    if (inside) {
      calls.addAll(Followed.INSIDE);
    }
    calls.add(Chance.CALL);
    if (learned.sleeps) {
      calls.addAll(VirtualClock.CALLS);
    }
    return calls;
  }

  /** Others may have moved since it was held: what was absent may be there now. */
  private Footprint now(Actor.Held held) {
    return Objects.requireNonNullElse(points.footprint(held.call()), held.footprint());
  }

  /** What the next call of a program that could go depends on and changes, at the moment. */
  Footprint next(int who) {
    Actor.Held held = actors.get(who).started ? actors.get(who).next(false) : null;
    if (held == null) {
      return Footprint.NOTHING;
    }
    return points.shared(held.sleeps() ? held.footprint() : now(held));
  }

  /** Held tasks handle the signals they were sent before their calls, and not in them. */
  private void deliverSignals() {
    for (Actor actor : actors.all()) {
      for (Actor.Held held : actor.allHeld()) {
        if (rest.hasSignal(held.call().task())) {
          actor.comesAgain(held);
          tracer.repeat(held.call());
        }
      }
    }
    calm.settle();
  }

  /** Takes a call back in which a task sleeps, if it does; whether it is held there again. */
  boolean isTakenBack(Actor actor, Task task) {
    if (!actor.isUnderway(task)) {
      return false;
    }
    tracer.takeBack(task);
    calm.settle();
    if (!actor.isHeld(task)) {
      return false;
    }
    actor.blocks(task);
    return true;
  }
}
