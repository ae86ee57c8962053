package dev.holdfast.prove.schedule.judge;

import dev.holdfast.prove.model.ScheduleFinding;
import dev.holdfast.prove.schedule.footprint.Seen;
import dev.holdfast.prove.schedule.judge.Remains.Grade;
import dev.holdfast.prove.schedule.run.Actor;
import dev.holdfast.prove.schedule.run.EndState.Thing;
import dev.holdfast.prove.schedule.run.Runner;
import dev.holdfast.prove.schedule.run.Trace;
import dev.holdfast.prove.schedule.run.Trace.Later;
import dev.holdfast.prove.schedule.run.Trace.Stop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Whether what a schedule leaves behind matters to whoever comes later: where it leaves more than
 * it should, each command runs once more behind it, alone, and must end as it does behind the
 * programs one after the other.
 *
 * <p>Threads: one at a time.
 */
public final class Aftermath {
  /** What is known of a schedule in the end, and the run that shows it. */
  public record Seen(Trace trace, @Nullable Verdict verdict) {}

  private record State(Map<String, Thing> files, int later) {}

  private record Order(List<Integer> order, int later) {}

  private final Runner runner;
  private final SerialEnds ends;
  private final Map<Order, Trace> serial = new HashMap<>();

  /** What no later run minded. */
  private final Set<State> harmless = new HashSet<>();

  public Aftermath(Runner runner, SerialEnds ends) {
    this.runner = runner;
    this.ends = ends;
  }

  /**
   * Looks at what comes after a schedule.
   *
   * @param withLater runs the same schedule, and a command once more behind it
   */
  public Seen look(Trace trace, Verdict verdict, IntFunction<Trace> withLater) {
    for (int later : runner.kinds()) {
      State state = new State(trace.state(), later);
      if (harmless.contains(state)) {
        continue;
      }
      Trace longer = withLater.apply(later);
      Later after = longer.later();
      if (after == null || !longer.choices().equals(trace.choices())) {
        return new Seen(trace, null);
      }
      if (after.stop() == Stop.TIMEOUT || after.stop() == Stop.BOUND) {
        return new Seen(longer, null);
      }
      Verdict second = judge(longer, after, verdict);
      if (second != null) {
        return new Seen(longer, second);
      }
      harmless.add(state);
    }
    return new Seen(trace, verdict);
  }

  private @Nullable Verdict judge(Trace trace, Later after, Verdict verdict) {
    List<Later> usual = usual(trace, after.program());
    String name = Actor.name(runner.size());
    String what =
        name + " is the command of " + Actor.name(after.program()) + " once more, alone: it ";
    List<String> evidence = new ArrayList<>();
    boolean endless = after.stop() != null;
    if (endless && usual.stream().allMatch(each -> each.stop() == null)) {
      evidence.add(what + "does not come to an end");
      evidence.addAll(after.explanation());
    } else if (!endless && fails(after, usual)) {
      evidence.add(what + "ends with " + after.ending().code() + End.lastLine(after.output()));
    }
    if (!evidence.isEmpty()) {
      evidence.add(
          "behind the programs one after the other it ends with "
              + String.join(
                  " or ",
                  usual.stream().map(u -> String.valueOf(u.ending().code())).distinct().toList()));
      return Verdict.found(ScheduleFinding.Kind.STUCK, evidence);
    }
    if (verdict.kind() == null && !endless) {
      Remains remains = remains(after, usual);
      if (remains.grade() == Grade.TORN) {
        evidence.add(what + "goes on with what is left there");
        remains.differences().forEach(d -> evidence.add(d.told()));
        return Verdict.found(ScheduleFinding.Kind.TORN, evidence);
      }
    }
    return null;
  }

  private static boolean fails(Later after, List<Later> usual) {
    int code = after.ending().code();
    return code != 0
        && usual.stream().noneMatch(u -> u.stop() == null && u.ending().code() == code);
  }

  private Remains remains(Later after, List<Later> usual) {
    ends.look(after.state().keySet());
    List<End> right = new ArrayList<>();
    for (Later each : usual) {
      ends.look(each.state().keySet());
      right.add(new End(each.state(), Map.of(), Map.of(), Map.of()));
    }
    return ends.remains(new End(after.state(), Map.of(), Map.of(), Map.of()), right, right);
  }

  /** How the command ends behind each order that the schedule may be compared with. */
  private List<Later> usual(Trace trace, int later) {
    List<Later> all = new ArrayList<>();
    for (List<Integer> order : ends.possible(trace)) {
      Trace run =
          serial.computeIfAbsent(new Order(order, later), o -> ends.run(o.order(), o.later()));
      if (run.later() != null) {
        all.add(Objects.requireNonNull(run.later()));
      }
    }
    return all;
  }
}
