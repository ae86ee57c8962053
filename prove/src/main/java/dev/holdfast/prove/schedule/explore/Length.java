package dev.holdfast.prove.schedule.explore;

import dev.holdfast.prove.model.ScheduleStep;
import dev.holdfast.prove.schedule.run.Trace;
import dev.holdfast.prove.schedule.run.Trace.Turn;
import java.util.Comparator;
import java.util.List;

/**
 * How long a schedule is to whoever has to understand it: by its preemptions, then by how often the
 * turn goes from one program to another, then by when it is taken first.
 *
 * @param first the step at which the turn is taken from one who could go on; the last one if it is
 *     never
 */
public record Length(int preemptions, int switches, int first) implements Comparable<Length> {
  private static final Comparator<Length> ORDER =
      Comparator.comparingInt(Length::preemptions)
          .thenComparingInt(Length::switches)
          .thenComparingInt(Length::first);

  public static Length of(Trace trace) {
    List<Integer> went = trace.turns().stream().filter(t -> !t.idle()).map(Turn::who).toList();
    int switches = 0;
    for (int i = 1; i < went.size(); i++) {
      switches += went.get(i).equals(went.get(i - 1)) ? 0 : 1;
    }
    List<ScheduleStep> steps = trace.steps();
    int first = 0;
    while (first < steps.size() && !steps.get(first).preempts()) {
      first++;
    }
    return new Length(trace.preemptions(), switches, first);
  }

  @Override
  public int compareTo(Length other) {
    return ORDER.compare(this, other);
  }
}
