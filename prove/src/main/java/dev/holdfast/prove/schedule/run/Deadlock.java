package dev.holdfast.prove.schedule.run;

import dev.holdfast.libc.Sysno;
import dev.holdfast.prove.schedule.footprint.Footprint;
import dev.holdfast.prove.trace.Rest;
import dev.holdfast.prove.watch.Raw;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What those who cannot go on wait for, for people.
 *
 * <p>Threads: the tracer's.
 */
final class Deadlock {
  /** Calls that fall asleep where one waits for another one, and not for somebody who is away. */
  private static final Set<Sysno> MEETING_PLACES =
      Set.of(Sysno.FLOCK, Sysno.FCNTL, Sysno.OPEN, Sysno.OPENAT, Sysno.OPENAT2);

  private final Rest rest;
  private final Actors actors;
  private final Holders holders;

  Deadlock(Rest rest, Actors actors, Holders holders) {
    this.rest = rest;
    this.actors = actors;
    this.holders = holders;
  }

  /** What each waits for, line by line. */
  List<String> told() {
    List<String> lines = new ArrayList<>();
    for (Actor actor : actors.all()) {
      for (Actor.Held held : actor.blockedCalls()) {
        lines.add(told(actor, held.footprint()));
      }
      if (!actor.isOver() && !actor.isBlocked()) {
        Sysno call = asleepIn(actor);
        String where = call == null ? "the kernel" : call.callName();
        lines.add(Actor.name(actor.number) + " waits for ever in " + where);
      }
    }
    return lines;
  }

  private String told(Actor actor, Footprint wanted) {
    Set<Integer> who = holders.of(actor.number, wanted);
    return Actor.name(actor.number)
        + " waits in "
        + wanted.call()
        + " for "
        + Raw.display(wanted.names().getFirst())
        + (who.isEmpty()
            ? ""
            : ", which " + Holders.names(who) + (who.size() > 1 ? " hold" : " holds"));
  }

  /** Where all that are left sleep, look, and sleep again. */
  List<String> waitsAgain() {
    List<Actor> left = actors.left();
    return List.of(
        left.size() == 1
            ? Actor.name(left.getFirst().number)
                + " waits, again and again, for something that nobody does"
            : "each of them waits, again and again, for something that none does");
  }

  /**
   * Whether all that are left wait at locks, or at pipes that nobody opens, and so for one another
   * rather than for somebody who is not there.
   */
  boolean isForOneAnother() {
    List<Actor> left = actors.left();
    return left.size() > 1 && left.stream().allMatch(a -> a.isBlocked() || asleepIn(a) != null);
  }

  /** In which call a program waits for another one at a lock or pipe; null if it does not. */
  private @Nullable Sysno asleepIn(Actor actor) {
    return actor.loose().stream()
        .map(rest::sleepsIn)
        .filter(call -> call != null && MEETING_PLACES.contains(call))
        .findFirst()
        .orElse(null);
  }
}
