package dev.holdfast.prove.schedule.judge;

import dev.holdfast.prove.model.ScheduleFinding;
import dev.holdfast.prove.model.ScheduleOutcomes;
import dev.holdfast.prove.schedule.judge.End.Difference;
import dev.holdfast.prove.schedule.run.Trace;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a schedule leads to beside what the orders lead to, for people. */
final class OutcomeTable {
  private OutcomeTable() {}

  /** The table of a finding whose end is what is wrong; else an empty one. */
  static ScheduleOutcomes of(
      ScheduleFinding.Kind kind, Trace trace, List<Integer> everybody, SerialEnds ends) {
    boolean torn = kind == ScheduleFinding.Kind.TORN;
    if (!torn && kind != ScheduleFinding.Kind.NOT_SERIAL && kind != ScheduleFinding.Kind.ABORTED) {
      return ScheduleOutcomes.NONE;
    }
    End end = End.of(trace, everybody);
    Collection<List<Integer>> compared = torn ? ends.possible(trace) : ends.all().keySet();
    List<String> orders = new ArrayList<>();
    List<Map<String, String>> values = new ArrayList<>();
    Map<String, String> here = new TreeMap<>();
    for (List<Integer> order : compared) {
      End other = ends.of(order);
      if (other == null) {
        continue;
      }
      orders.add(SerialEnds.told(order));
      Map<String, String> there = new HashMap<>();
      for (Difference d :
          ends.differences(end, torn ? other.without(List.of(trace.killed())) : other)) {
        here.putIfAbsent(d.name(), d.here());
        there.put(d.name(), d.there());
      }
      values.add(there);
    }
    List<ScheduleOutcomes.Row> rows = new ArrayList<>();
    here.forEach(
        (name, value) ->
            rows.add(
                new ScheduleOutcomes.Row(
                    name,
                    value,
                    values.stream().map(there -> there.getOrDefault(name, value)).toList())));
    return new ScheduleOutcomes(orders, rows);
  }
}
