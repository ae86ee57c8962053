package dev.holdfast.prove.schedule.judge;

import dev.holdfast.prove.model.ScheduleFinding;
import dev.holdfast.prove.schedule.judge.End.Difference;
import dev.holdfast.prove.schedule.run.Actor;
import dev.holdfast.prove.schedule.run.Runner;
import dev.holdfast.prove.schedule.run.Trace;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Judges a schedule in which one was killed: it must be as if it had come to its end, or had not
 * been there.
 *
 * <p>Threads: one at a time.
 */
final class KilledOne {
  private final Runner runner;
  private final SerialEnds ends;

  KilledOne(Runner runner, SerialEnds ends) {
    this.runner = runner;
    this.ends = ends;
  }

  Verdict judge(Trace trace, End end) {
    Remains remains = remains(trace, end);
    if (remains.grade() == Remains.Grade.TORN) {
      // What changes with time is no finding.
      ends.awaitAnotherMoment(remains.differences().stream().map(Difference::told).toList());
      ends.runAgain();
      remains = remains(trace, end);
    }
    if (ends.differsByItself() != null) {
      return Verdict.GOOD;
    }
    String who = Actor.name(trace.killed());
    List<Difference> differences = remains.differences();
    return switch (remains.grade()) {
      case SAME -> Verdict.GOOD;
      case SAID -> Verdict.noted("RECOVERED: another one says so where " + who + " was killed");
      case MORE ->
          Verdict.noted(
                  "LITTER: "
                      + differences.stream()
                          .filter(Difference::isMore)
                          .findFirst()
                          .map(Difference::name)
                          .orElse("")
                      + " is left behind where "
                      + who
                      + " is killed, and a later run does not mind")
              .thatLeaves();
      case FAILED ->
          Verdict.noted("GAVE_UP: another one fails where " + who + " is killed").thatLeaves();
      case TORN ->
          Verdict.found(ScheduleFinding.Kind.TORN, Judge.evidence(differences)).thatLeaves();
    };
  }

  /** What an end is like beside those that this schedule may have. */
  private Remains remains(Trace trace, End end) {
    Set<Integer> gone = new HashSet<>();
    for (int who : runner.everybody()) {
      if (who == trace.killed() || End.gaveUp(trace.endings().get(who))) {
        gone.add(who);
      }
    }
    List<End> right = new ArrayList<>();
    for (List<Integer> order : ends.possible(trace)) {
      End other = ends.of(order);
      if (other != null) {
        right.add(other.without(gone));
      }
    }
    return ends.remains(end, right, List.copyOf(ends.all().values()));
  }
}
