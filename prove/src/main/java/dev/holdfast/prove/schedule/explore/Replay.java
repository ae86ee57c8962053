package dev.holdfast.prove.schedule.explore;

import dev.holdfast.prove.schedule.run.Chooser;
import dev.holdfast.prove.schedule.run.Family;
import dev.holdfast.prove.schedule.run.Learned;
import dev.holdfast.prove.schedule.run.Runner;
import dev.holdfast.prove.schedule.run.Trace;
import dev.holdfast.prove.schedule.run.Trace.Stop;
import java.util.List;
import java.util.Objects;

/**
 * Runs one schedule again, by its id, and judges it. What was known of the programs when it was
 * found is not known now, so where it does not run as it is given it is tried again with more.
 *
 * <p>Threads: one at a time.
 */
final class Replay {
  private final Runner runner;
  private final Learned learned;
  private final Executions executions;
  private final Findings findings;
  private final ByPreemptions byPreemptions;
  private final Runnable start;
  private final Budget budget;

  /**
   * @param byPreemptions how the schedules of one command are found that take no turn from anybody
   * @param start begins that again
   */
  Replay(
      Runner runner,
      Learned learned,
      Executions executions,
      Findings findings,
      ByPreemptions byPreemptions,
      Runnable start,
      Budget budget) {
    this.runner = runner;
    this.learned = learned;
    this.executions = executions;
    this.findings = findings;
    this.byPreemptions = byPreemptions;
    this.start = start;
    this.budget = budget;
  }

  void run(String id) {
    start.run();
    Family family = runner.family();
    if (family != null) {
      inside(Objects.requireNonNull(ReplayId.parse(id, family)));
      return;
    }
    List<Integer> choices = ReplayId.parse(id);
    if (choices == null) {
      // They may sleep, and then the clock has to know of it from the start.
      learned.sleeps = true;
      executions.measure(executions.run(List.of(), Chooser.USUAL));
      new Hindrance(executions, findings).look();
    } else {
      programs(choices);
    }
  }

  private void programs(List<Integer> choices) {
    Trace trace = executions.run(choices, Chooser.USUAL);
    if (trace.learned().sleeps && !learned.sleeps) {
      learned.sleeps = true;
      trace = executions.run(choices, Chooser.USUAL);
    }
    if (trace.learned().endless && !learned.endless) {
      // As long as it was let wait when it was found, after the first that did.
      learned.endless = true;
      trace = executions.run(choices, Chooser.USUAL);
    }
    if (trace.stop() == Stop.DIVERGED) {
      // It may be one in which who looks again and again was let do so for long.
      learned.patience = LongLooks.PATIENT;
      trace = executions.run(choices, Chooser.USUAL);
    }
    learned.add(trace.learned());
    if (executions.isSound(trace)) {
      findings.decide(trace);
    }
  }

  /** One schedule of one command, which is compared with those that take no turn from anybody. */
  private void inside(List<Integer> choices) {
    boolean more = true;
    while (more && !budget.isOver(Budget.END)) {
      while (!budget.isOver(Budget.END) && !byPreemptions.areTried(0)) {
        byPreemptions.some();
      }
      more = executions.haveGrown();
      if (more) {
        start.run();
      }
    }
    findings.decideOwnOrders();
    Trace trace = executions.run(choices, Chooser.USUAL);
    boolean own = trace.stop() == null && trace.preemptions() == 0;
    if (!own) {
      findings.forget();
    }
    executions.countFromHere();
    learned.add(trace.learned());
    if (executions.isSound(trace) && !own) {
      findings.decide(trace);
    }
  }
}
