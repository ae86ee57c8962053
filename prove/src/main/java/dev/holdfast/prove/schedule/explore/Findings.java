package dev.holdfast.prove.schedule.explore;

import dev.holdfast.prove.model.ScheduleFinding;
import dev.holdfast.prove.schedule.judge.Aftermath;
import dev.holdfast.prove.schedule.judge.Judge;
import dev.holdfast.prove.schedule.judge.OwnOrders;
import dev.holdfast.prove.schedule.judge.Verdict;
import dev.holdfast.prove.schedule.run.Family;
import dev.holdfast.prove.schedule.run.Runner;
import dev.holdfast.prove.schedule.run.Trace;
import dev.holdfast.prove.schedule.run.Trace.Stop;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What schedules have shown. Of those that show the same fault the one is kept that is told best.
 *
 * <p>Threads: one at a time.
 */
final class Findings {
  /** Where these are found, something worse that is as short is still looked for. */
  private static final Set<ScheduleFinding.Kind> LESSER =
      Set.of(ScheduleFinding.Kind.ABORTED, ScheduleFinding.Kind.TORN);

  /** A schedule that fails, and how. */
  private record Found(Verdict verdict, Trace trace) {}

  private final Runner runner;
  private final Judge judge;
  private final Aftermath aftermath;
  private final Executions executions;
  private final Map<ScheduleFinding.Kind, Found> found = new EnumMap<>(ScheduleFinding.Kind.class);
  private final Map<String, Integer> notes = new TreeMap<>();

  /** They hinder one another for ever; null if they do not. */
  private @Nullable ScheduleFinding endless;

  /** The number of the first schedule that failed; 0 if none did. */
  private int first;

  private long since;
  private @Nullable Consumer<Trace> witness;

  Findings(Runner runner, Judge judge, Executions executions) {
    this.runner = runner;
    this.judge = judge;
    this.aftermath = new Aftermath(runner, judge.ends());
    this.executions = executions;
  }

  /** From now on somebody sees each schedule that came to its end, and no finding ends it all. */
  void showTo(Consumer<Trace> eye) {
    witness = eye;
  }

  boolean isWatched() {
    return witness != null;
  }

  /** All begins again. */
  void clear() {
    notes.clear();
    found.clear();
  }

  /** Schedules that were run for something else are not to be told. */
  void forget() {
    found.clear();
  }

  /** Judges a schedule. */
  void decide(Trace trace) {
    if (trace.stop() == Stop.KNOWN) {
      return;
    }
    if (witness != null) {
      witness.accept(trace);
    }
    if (trace.killed() >= 0) {
      note("CRASH: one of them was killed");
    }
    Aftermath.Seen seen = seen(trace);
    Verdict verdict = seen.verdict();
    if (verdict == null) {
      executions.isUndecided();
    } else if (verdict.kind() != null) {
      found(verdict, seen.trace());
    } else if (!verdict.isGood()) {
      note(verdict.note());
    }
  }

  private Aftermath.Seen seen(Trace trace) {
    Verdict verdict = judge.verdict(trace);
    return verdict == null || !verdict.leaves() || !runner.endsByItself()
        ? new Aftermath.Seen(trace, verdict)
        : aftermath.look(trace, verdict, later -> executions.again(trace, later));
  }

  /** Judges whether it depends on which task of one command goes first whether all goes well. */
  void decideOwnOrders() {
    OwnOrders.Differing own = judge.own().differing();
    if (own.failing() != null) {
      found(Verdict.found(ScheduleFinding.Kind.ORDER, own.evidence()), own.failing());
    } else if (!own.evidence().isEmpty()) {
      note(
          "ORDER: how it ends depends on which of its tasks goes first: "
              + String.join("; ", own.evidence()));
    }
  }

  private void note(String what) {
    notes.merge(what, 1, Integer::sum);
  }

  /** Of those that show the same the shortest is told: see {@link Length}. */
  private void found(Verdict verdict, Trace trace) {
    ScheduleFinding.Kind kind = Objects.requireNonNull(verdict.kind());
    first = first == 0 ? executions.schedules() : first;
    since = found.isEmpty() ? System.nanoTime() : since;
    Found other = found.get(kind);
    if (other == null || Length.of(trace).compareTo(Length.of(other.trace())) < 0) {
      found.put(kind, new Found(verdict, trace));
    }
  }

  /** They hinder one another for ever. */
  void areEndless(ScheduleFinding finding) {
    first = executions.schedules();
    endless = finding;
  }

  boolean isEndless() {
    return endless != null;
  }

  /** Whether no schedule fails, so far, that comes to an end. */
  boolean isEmpty() {
    return found.isEmpty();
  }

  /** Whether something was found that is not to be looked further for, but for a shorter one. */
  boolean areDone() {
    return endless != null
        || (witness == null && found.keySet().stream().anyMatch(kind -> !LESSER.contains(kind)));
  }

  /** How many preemptions the shortest finding takes; of those that count most. */
  int preemptions() {
    boolean lesser = LESSER.containsAll(found.keySet());
    return found.entrySet().stream()
        .filter(each -> lesser || !LESSER.contains(each.getKey()))
        .mapToInt(each -> each.getValue().trace().preemptions())
        .min()
        .orElse(0);
  }

  /** The number of the first schedule that failed; 0 if none did. */
  int first() {
    return first;
  }

  /** When it was found. */
  long since() {
    return since;
  }

  /** What is no fault, and how often that was seen. */
  Map<String, Integer> notes() {
    return notes;
  }

  /** The shortest schedule of each kind, so far. */
  Map<ScheduleFinding.Kind, Trace> shortest() {
    Map<ScheduleFinding.Kind, Trace> all = new EnumMap<>(ScheduleFinding.Kind.class);
    found.forEach((kind, each) -> all.put(kind, each.trace()));
    return all;
  }

  /** All of them, each run once more. */
  List<ScheduleFinding> all() {
    List<ScheduleFinding> all = new ArrayList<>();
    found.values().forEach(each -> all.add(finding(each.verdict(), each.trace())));
    if (endless != null) {
      all.add(endless);
    }
    return all;
  }

  private ScheduleFinding finding(Verdict verdict, Trace trace) {
    ScheduleFinding.Kind kind = Objects.requireNonNull(verdict.kind());
    Trace second = executions.again(trace, Runner.NOBODY);
    boolean order = kind == ScheduleFinding.Kind.ORDER;
    Aftermath.Seen again = order ? new Aftermath.Seen(second, verdict) : seen(second);
    boolean same =
        again.verdict() != null
            && again.verdict().kind() == kind
            && again.trace().goesLike(trace)
            && (!order || second.endings().equals(trace.endings()));
    Family family = runner.family();
    return new ScheduleFinding(
        kind,
        verdict.evidence(),
        trace.steps(),
        trace.waits(),
        Turning.of(kind, trace),
        judge.outcomes(kind, trace),
        trace.preemptions(),
        family == null ? ReplayId.of(trace.choices()) : ReplayId.of(trace.choices(), family),
        same);
  }
}
