package dev.holdfast.prove.schedule.explore;

import dev.holdfast.prove.model.ScheduleFinding;
import dev.holdfast.prove.model.ScheduleOutcomes;
import dev.holdfast.prove.schedule.run.Trace;
import java.util.List;

/**
 * Whether programs can hinder one another for ever: two that give way to one another need an
 * endless number of preemptions to do so, and no bound finds them. So they {@linkplain TakingTurns
 * take turns} once, call by call; if they do not come to an end in much longer than any other
 * schedule took, they have none.
 *
 * <p>Threads: one at a time.
 */
final class Hindrance {
  /** So many times the longest schedule so far. */
  private static final int ENDLESS = 8;

  private static final int LEAST_ENDLESS = 200;

  /** So many calls are told. */
  private static final int TOLD = 50;

  private final Executions executions;
  private final Findings findings;

  Hindrance(Executions executions, Findings findings) {
    this.executions = executions;
    this.findings = findings;
  }

  void look() {
    int most = Math.max(LEAST_ENDLESS, ENDLESS * executions.longest());
    TakingTurns turns = new TakingTurns(most);
    Trace trace = executions.run(List.of(), turns);
    if (!executions.isSound(trace) || !turns.isEndless()) {
      return;
    }
    TakingTurns second = new TakingTurns(most);
    // It is not counted: it shows that the first one is what it is again.
    Trace again = executions.run(List.of(), second);
    findings.areEndless(
        new ScheduleFinding(
            ScheduleFinding.Kind.LIVELOCK,
            List.of(
                "where they take turns, call by call, none has come to an end after "
                    + trace.steps().size()
                    + " calls"),
            trace.steps().subList(0, Math.min(trace.steps().size(), TOLD)),
            List.of(),
            List.of(),
            ScheduleOutcomes.NONE,
            trace.preemptions(),
            ReplayId.IN_TURNS,
            second.isEndless() && again.goesLike(trace)));
  }
}
