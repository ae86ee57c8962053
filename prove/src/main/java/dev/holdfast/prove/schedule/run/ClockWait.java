package dev.holdfast.prove.schedule.run;

import dev.holdfast.prove.trace.Rest;
import dev.holdfast.prove.trace.Task;
import dev.holdfast.prove.trace.TraceHandler.Then;
import dev.holdfast.prove.trace.Tracer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits for programs that a clock of the kernel's wakes: an alarm, or a call with a time-out that
 * is more than a sleep. How long that takes is the machine's affair; who wakes and does nothing is
 * known by how often that was so, and not by a time.
 *
 * <p>Threads: the tracer's.
 */
final class ClockWait {
  /** Who asks to be woken within this time is waited for, where nobody else could go. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** Who wakes so often, and does nothing, waits for something else than the clock. */
  private static final int MAX_NAPS = 10;

  private static final long PAUSE_NANOS = 500_000;

  private final Tracer tracer;
  private final Rest rest;
  private final Actors actors;
  private final Calm calm;

  ClockWait(Tracer tracer, Rest rest, Actors actors, Calm calm) {
    this.tracer = tracer;
    this.rest = rest;
    this.actors = actors;
    this.calm = calm;
  }

  /** Where only a clock can help, waits for it; false if there is none. */
  boolean isAnyWoken() {
    if (!mayBeWoken()) {
      // One may just be on its way.
      calm.settle();
      if (actors.left().stream().anyMatch(ClockWait::goesOn)) {
        return true;
      }
      if (!mayBeWoken()) {
        return false;
      }
    }
    for (Actor actor : actors.all()) {
      for (Actor.Held held : actor.blockedCalls()) {
        actor.goes(held, held.footprint());
        tracer.release(held.call(), Then.SHOW_RESULT);
      }
    }
    Naps naps = new Naps(actors.all());
    actors.all().forEach(Actor::wasHeard);
    while (!tracer.expired() && !naps.areMany()) {
      if (tracer.poll()) {
        calm.settle();
        actors.all().stream().filter(Actor::wasHeard).forEach(a -> a.alarm.came());
        return true;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    return false;
  }

  private boolean mayBeWoken() {
    return actors.all().stream()
        .anyMatch(a -> a.alarm.isSet() || a.loose().stream().anyMatch(t -> !rest.isForEver(t)));
  }

  private static boolean goesOn(Actor actor) {
    return actor.isOver() || actor.isEnabled() || actor.onlySleeps();
  }

  /** Waits for one of them, while it may be woken soon; whether it goes on. */
  boolean isWoken(Actor actor) {
    Naps naps = new Naps(List.of(actor));
    while (!tracer.expired()) {
      boolean heard = tracer.poll();
      boolean given = !heard && (!mayWakeSoon(actor) || naps.areMany());
      if (heard || given) {
        // It may be on its way: what it does then is seen only when all is at rest.
        calm.settle();
        if (goesOn(actor)) {
          return true;
        }
      }
      if (heard) {
        actor.alarm.came();
        naps.one();
      } else if (given && (!mayWakeSoon(actor) || naps.areMany())) {
        return false;
      } else {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
    return false;
  }

  private boolean mayWakeSoon(Actor actor) {
    return actor.alarm.isWithin(PATIENCE)
        || actor.loose().stream().anyMatch(task -> rest.asksFor(task) <= PATIENCE.toNanos());
  }

  /**
   * Tasks that a clock wakes: whether they do nothing when they are woken but sleep again, and so
   * wait for something else.
   */
  private final class Naps {
    private final List<Actor> of;
    private final Map<Task, Long> before = new HashMap<>();
    private int events;

    Naps(List<Actor> of) {
      this.of = of;
      of.forEach(actor -> actor.loose().forEach(task -> before.put(task, rest.naps(task))));
    }

    /** Something was heard of them, but none of them went on. */
    void one() {
      events++;
    }

    boolean areMany() {
      List<Task> timed =
          of.stream()
              .flatMap(a -> a.loose().stream())
              .filter(task -> !rest.isForEver(task))
              .toList();
      return events > MAX_NAPS
          || (!timed.isEmpty()
              && of.stream().noneMatch(a -> a.alarm.isSet())
              && timed.stream().allMatch(this::naps));
    }

    private boolean naps(Task task) {
      long now = rest.naps(task);
      return now - before.getOrDefault(task, now) > MAX_NAPS;
    }
  }
}
