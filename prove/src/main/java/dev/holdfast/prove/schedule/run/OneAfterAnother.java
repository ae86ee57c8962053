package dev.holdfast.prove.schedule.run;

import dev.holdfast.prove.trace.Tracer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where programs run one after the other: who waits for time to pass is waited for, and nobody else
 * begins. Only who waits for something else lets the next one begin.
 *
 * <p>Threads: the tracer's.
 */
final class OneAfterAnother {
  /** So often who waits for another one sleeps, once that is known of it. */
  private static final int USUAL_SLEEPS = 20;

  private final Tracer tracer;
  private final Actors actors;
  private final Mover mover;
  private final VirtualClock clock;
  private final ClockWait clockWait;
  private final Learned learned;
  private final boolean quiet;

  private final Set<Integer> waitLong = new HashSet<>();
  private final Map<Integer, Integer> sleeps = new HashMap<>();

  /**
   * @param quiet whether it is an end when all wait for something from outside
   */
  OneAfterAnother(
      Tracer tracer,
      Actors actors,
      Mover mover,
      VirtualClock clock,
      ClockWait clockWait,
      Learned learned,
      boolean quiet) {
    this.tracer = tracer;
    this.actors = actors;
    this.mover = mover;
    this.clock = clock;
    this.clockWait = clockWait;
    this.learned = learned;
    this.quiet = quiet;
  }

  /** Whether the first one that is not over has gone on, or might. */
  boolean firstGoesOn(List<Integer> order) {
    Actor first =
        order.stream().map(actors::get).filter(a -> !a.isOver()).findFirst().orElseThrow();
    if (!first.started || first.isEnabled() || waitLong.contains(first.number)) {
      return false;
    }
    boolean went = first.onlySleeps() ? wakes(first) : !quiet && clockWait.isWoken(first);
    if (!went) {
      waitLong.add(first.number);
    }
    return went;
  }

  private boolean wakes(Actor actor) {
    boolean known = learned.waitForOthers.contains(actor.number);
    int most = quiet ? Standstill.QUIET_ROUNDS : known ? USUAL_SLEEPS : Standstill.MAX_ROUNDS;
    int often = sleeps.merge(actor.number, 1, Integer::sum);
    if (often > most) {
      // It looks again and again for what another one does.
      learned.waitForOthers.add(actor.number);
      return false;
    }
    tracer.restartLimit();
    clock.skip(List.of(actor), known ? 0 : often);
    mover.advance(actor, true);
    return true;
  }
}
