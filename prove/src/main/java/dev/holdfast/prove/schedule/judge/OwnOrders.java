package dev.holdfast.prove.schedule.judge;

import dev.holdfast.prove.schedule.judge.End.Difference;
import dev.holdfast.prove.schedule.run.Family;
import dev.holdfast.prove.schedule.run.Runner;
import dev.holdfast.prove.schedule.run.Trace;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The schedules of one command in which no turn is taken from any of its processes: these are what
 * its serial orders are to programs. One of each end is kept.
 *
 * <p>Threads: one at a time.
 */
public final class OwnOrders {
  private static final int MOST_RUN_AGAIN = 12;

  private record Own(List<Integer> order, Trace trace, End end) {
    boolean fails() {
      return trace.endings().getFirst().code() != 0;
    }
  }

  /**
   * Whether it depends on which task goes first how all ends.
   *
   * @param failing one in which the command fails, where another one does not; null if there is
   *     none
   * @param evidence how they differ; empty if they do not
   */
  public record Differing(@Nullable Trace failing, List<String> evidence) {}

  private final Runner runner;
  private final SerialEnds ends;
  private final List<Own> all = new ArrayList<>();

  OwnOrders(Runner runner, SerialEnds ends) {
    this.runner = runner;
    this.ends = ends;
  }

  void clear() {
    all.clear();
    ends.clear();
  }

  /** A schedule in which no turn was taken from anybody: that is an end that is right. */
  public void add(Trace trace) {
    End end = End.of(trace, runner.everybody());
    ends.look(end.files().keySet());
    if (ends.all().values().stream().anyMatch(other -> ends.differences(end, other).isEmpty())) {
      return;
    }
    Own own = new Own(List.of(Family.FIRST + all.size()), trace, end);
    all.add(own);
    ends.add(own.order(), end);
    if (all.size() == 1) {
      runAgain(own);
    }
  }

  /** Runs them again, for what differs from run to run. */
  void runAgain() {
    all.stream().limit(MOST_RUN_AGAIN).forEach(this::runAgain);
  }

  private void runAgain(Own own) {
    Trace again = ends.again(own.trace());
    if (again.stop() == null) {
      ends.add(own.order(), End.of(again, runner.everybody()));
    }
  }

  /** How they differ from one another. */
  public Differing differing() {
    if (all.isEmpty() || ends.differsByItself() != null) {
      return new Differing(null, List.of());
    }
    List<Trace> failing = all.stream().filter(Own::fails).map(Own::trace).toList();
    boolean some = !failing.isEmpty() && failing.size() < all.size();
    Own first = all.getFirst();
    for (Own each : all.subList(1, all.size())) {
      boolean alike =
          some ? each.fails() == first.fails() : ends.isInterleaving(each.end(), first.end());
      if (alike) {
        continue;
      }
      boolean swap = some && first.fails();
      List<Difference> differences =
          swap
              ? ends.differences(first.end(), each.end())
              : ends.differences(each.end(), first.end());
      return new Differing(some ? failing.getFirst() : null, Judge.evidence(differences));
    }
    return new Differing(null, List.of());
  }
}
