package dev.holdfast.prove.schedule.explore;

import dev.holdfast.prove.model.ScheduleProof.Sample;
import dev.holdfast.prove.schedule.run.Chooser;
import dev.holdfast.prove.schedule.run.Trace;
import dev.holdfast.prove.schedule.run.Trace.Stop;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Schedules that are drawn by chance: before all others those that are likely to show a fault, of
 * several kinds, since each kind meets faults that the others seldom do; and with what is left of
 * the time, those that say how many schedules there are, and with what probability a fault was
 * missed.
 *
 * <p>Threads: one at a time.
 */
final class ByChance {
  private static final int BATCH = 2;

  /** One in so many that are drawn is of this kind, one of that kind, and the rest of the best. */
  private static final int KINDS = 4;

  /** Faults of which depth those that are drawn first look for. */
  private static final int FIRST_DEPTH = 3;

  private static final long GOLDEN = 0x9e3779b97f4a7c15L;

  private final Executions executions;
  private final Findings findings;
  private final int programs;
  private final long seed;

  /** How many were drawn before all others, or between them. */
  private int first;

  private int walked;
  private int sampled;
  private Estimate estimate = new Estimate();

  /**
   * @param programs how many there are
   */
  ByChance(Executions executions, Findings findings, int programs, long seed) {
    this.executions = executions;
    this.findings = findings;
    this.programs = programs;
    this.seed = seed;
  }

  /** All begins again, but for those that were drawn first. */
  void start() {
    walked = 0;
    sampled = 0;
    estimate = new Estimate();
  }

  /** How many were drawn before all others, or between them. */
  int first() {
    return first;
  }

  /** Draws some that are likely to show a fault. */
  void draw() {
    List<Chooser> some = new ArrayList<>();
    for (int i = 0; i < executions.jobs() * BATCH; i++) {
      Random random = new Random(seed + GOLDEN * ++first);
      some.add(
          switch (first % KINDS) {
            case 0 -> new RandomWalk(random);
            case 1 -> new Pct(random, programs, executions.longest(), FIRST_DEPTH);
            default -> new RacingFirst(random);
          });
    }
    for (Trace trace : executions.runAll(some, each -> executions.run(List.of(), each))) {
      if (executions.isSound(trace)) {
        findings.decide(trace);
      }
    }
  }

  /**
   * By turns a schedule that is likely to show a fault, and one that says how many there are.
   *
   * @param depth of the faults that are looked for
   */
  void sample(int depth) {
    List<Chooser> all = new ArrayList<>();
    List<Chooser> walks = new ArrayList<>();
    for (int i = 0; i < executions.jobs(); i++) {
      Random random = new Random(seed + GOLDEN * ++walked);
      all.add(new Pct(random, programs, executions.longest(), depth));
      walks.add(SleepSets.Walk.random(random));
    }
    all.addAll(walks);
    List<Trace> traces = executions.runAll(all, each -> executions.run(List.of(), each));
    for (int i = 0; i < all.size() && !findings.areDone(); i++) {
      Trace trace = traces.get(i);
      if (executions.isSound(trace)) {
        findings.decide(trace);
        if (all.get(i) instanceof SleepSets.Walk walk) {
          estimate.add(trace.stop() == Stop.KNOWN ? 0 : walk.weight());
        } else {
          sampled++;
        }
      }
    }
  }

  /**
   * What was drawn last, and what it says; null if nothing was.
   *
   * @param depth of the faults that were looked for
   * @param isOneTree whether what can be done depends on nothing but what was done
   */
  @Nullable Sample told(int depth, boolean isOneTree) {
    return sampled == 0
        ? null
        : new Sample(
            sampled,
            depth,
            Pct.missed(sampled, programs, executions.longest(), depth),
            isOneTree ? estimate.mean() : 0,
            estimate.percent());
  }
}
