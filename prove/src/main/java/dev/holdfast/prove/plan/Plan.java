package dev.holdfast.prove.plan;

import dev.holdfast.prove.model.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What to try, and what needs no trial.
 *
 * @param pruned reason to number of uses
 */
public record Plan(List<Scenario> scenarios, Map<String, Integer> pruned) {
  public static final Plan NONE = new Plan(List.of(), Map.of());

  public Plan {
    scenarios = List.copyOf(scenarios);
    pruned = Map.copyOf(pruned);
  }

  /** This and another one after it. */
  public Plan and(Plan other) {
    List<Scenario> all = new ArrayList<>(scenarios);
    all.addAll(other.scenarios);
    Map<String, Integer> counts = new TreeMap<>(pruned);
    other.pruned.forEach((reason, count) -> counts.merge(reason, count, Integer::sum));
    return new Plan(all, counts);
  }

  /** The same, and so many more uses that need no trial. */
  public Plan without(String reason, int uses) {
    return uses == 0 ? this : and(new Plan(List.of(), Map.of(reason, uses)));
  }

  /** How the scenarios are told. */
  public List<Window> windows() {
    return scenarios.stream().map(Scenario::window).toList();
  }
}
