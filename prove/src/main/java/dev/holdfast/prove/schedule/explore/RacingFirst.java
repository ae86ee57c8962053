package dev.holdfast.prove.schedule.explore;

import dev.holdfast.prove.schedule.footprint.Footprint;
import dev.holdfast.prove.schedule.run.Chooser;
import dev.holdfast.prove.schedule.run.Decision;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.IntFunction;

/**
 * A schedule by chance: each next call has a priority, and the call with the highest is made. The
 * priority is drawn anew where a call was made that meets it: so calls that meet come in any order
 * with a good chance, however many others there are between them.
 *
 * <p>Threads: that of one run.
 *
 * <p><b>Source.</b> Yuan, Yang, Gu: Partial Order Aware Concurrency Sampling (CAV 2018).
 */
final class RacingFirst implements Chooser {
  private final Random random;
  private final Map<Integer, Double> priorities = new HashMap<>();

  RacingFirst(Random random) {
    this.random = random;
  }

  @Override
  public int choose(Decision decision, IntFunction<Footprint> next) {
    Map<Integer, Footprint> calls = new HashMap<>();
    for (int who : decision.enabled()) {
      calls.put(who, next.apply(who));
      priorities.computeIfAbsent(who, _ -> random.nextDouble());
    }
    int chosen =
        decision.enabled().stream()
            .max(Comparator.comparing(who -> Objects.requireNonNull(priorities.get(who))))
            .orElseThrow();
    Footprint made = Objects.requireNonNull(calls.get(chosen));
    priorities.remove(chosen);
    calls.forEach(
        (who, call) -> {
          if (call.meets(made)) {
            priorities.remove(who);
          }
        });
    return chosen;
  }
}
