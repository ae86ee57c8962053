package dev.holdfast.prove.schedule.explore;

import dev.holdfast.prove.model.ScheduleFinding;
import dev.holdfast.prove.schedule.run.Trace;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Takes turns out of schedules that fail, one by one, as long as they still do.
 *
 * <p>Threads: one at a time.
 */
final class Shrinker {
  private final Executions executions;
  private final Findings findings;
  private final Budget budget;

  Shrinker(Executions executions, Findings findings, Budget budget) {
    this.executions = executions;
    this.findings = findings;
    this.budget = budget;
  }

  /** Makes those shorter that were found. */
  void shrink() {
    findings.shortest().keySet().forEach(this::shrink);
  }

  private void shrink(ScheduleFinding.Kind kind) {
    Trace best = shortest(kind);
    List<Blocks> left = new ArrayList<>(Blocks.of(best.choices()).shorter());
    while (!left.isEmpty()
        && !budget.isOver(Budget.END)
        && !budget.isOver(Explorer.FOR_SHORTER, findings.since())) {
      List<Blocks> some = left.subList(0, Math.min(executions.jobs(), left.size()));
      for (Trace each :
          executions.runAll(some, blocks -> executions.run(List.of(), blocks.chooser()))) {
        if (executions.isSound(each)) {
          findings.decide(each);
        }
      }
      some.clear();
      Trace now = shortest(kind);
      if (Length.of(now).compareTo(Length.of(best)) < 0) {
        best = now;
        left = new ArrayList<>(Blocks.of(best.choices()).shorter());
      }
    }
  }

  private Trace shortest(ScheduleFinding.Kind kind) {
    return Objects.requireNonNull(findings.shortest().get(kind));
  }
}
