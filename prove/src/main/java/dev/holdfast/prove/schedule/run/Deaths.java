package dev.holdfast.prove.schedule.run;

import dev.holdfast.prove.schedule.footprint.Footprint;
import dev.holdfast.prove.schedule.run.Trace.Turn;
import dev.holdfast.prove.trace.Tracer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * That one of the programs is killed: when that is worth a schedule of its own, and how it is done.
 * One that has changed nothing since is as good as killed before; but who lives and who holds a
 * lock may matter to others at any time.
 *
 * <p>Threads: the tracer's.
 */
final class Deaths {
  private static final long PAUSE_NANOS = 500_000;

  private final Tracer tracer;
  private final Actors actors;
  private final Points points;
  private final Logbook log;
  private final Calm calm;
  private final boolean kills;
  private int killed = -1;

  /**
   * @param kills whether one of the programs may be killed
   */
  Deaths(Tracer tracer, Actors actors, Points points, Logbook log, Calm calm, boolean kills) {
    this.tracer = tracer;
    this.actors = actors;
    this.points = points;
    this.log = log;
    this.calm = calm;
    this.kills = kills;
  }

  /** Who was killed; -1 if nobody was. */
  int killed() {
    return killed;
  }

  /** What could be done, kills as well. */
  List<Integer> andKills(List<Integer> enabled) {
    List<Turn> turns = kills && killed < 0 ? log.turns() : List.of();
    if (turns.isEmpty()) {
      return enabled;
    }
    List<Integer> all = new ArrayList<>(enabled);
    Turn last = turns.getLast();
    Footprint death = points.death();
    for (Actor actor : actors.all()) {
      boolean matters =
          last.who() == actor.number ? last.changes() : last.made().stream().anyMatch(death::meets);
      boolean hasChanged =
          turns.stream().anyMatch(turn -> turn.who() == actor.number && turn.changes());
      if (matters && hasChanged && actor.started && !actor.isOver()) {
        all.add(Decision.killOf(actor.number));
      }
    }
    return all;
  }

  /** A program dies at once, with every task it has. */
  void kill(Actor actor) {
    killed = actor.number;
    log.made(actor, actor.alive().getFirst(), points.death(), 0);
    log.ended(actor);
    end(actor);
    calm.settle();
  }

  private void end(Actor actor) {
    while (!actor.isOver() && !tracer.expired()) {
      tracer.kill(actor.alive().getFirst());
      if (!tracer.poll()) {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  /** Nothing of the programs goes on. */
  void endAll() {
    actors.left().stream().filter(a -> a.started).forEach(this::end);
  }
}
