package dev.holdfast.prove.plan;

import dev.holdfast.prove.model.Hazard;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.model.Window;
import dev.holdfast.prove.watch.MutationObserver;
import dev.holdfast.prove.watch.Observation;
import dev.holdfast.prove.watch.ObservedCall;
import dev.holdfast.prove.watch.VolatileNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Scenarios of intruders that are programs, or a crash: they may act wherever the victim stops. */
public final class ProgramPlanner {
  private final Observation mutations;
  private final VolatileNames volatileNames;

  public ProgramPlanner(Observation mutations, VolatileNames volatileNames) {
    this.mutations = mutations;
    this.volatileNames = volatileNames;
  }

  /** A scenario for each of these strikes right before each call that changes something. */
  public Plan beforeChanges(List<Strike> strikes) {
    List<Scenario> scenarios = new ArrayList<>();
    for (ObservedCall call : mutations.interesting()) {
      if (MutationObserver.changes(call.operation())) {
        for (Strike strike : strikes) {
          scenarios.add(scenario(call, strike, null));
        }
      }
    }
    return new Plan(scenarios, Map.of());
  }

  /** One right before each call, also of those that only look: another program may change. */
  public Plan beforeCalls(List<String> commands) {
    List<Scenario> scenarios = new ArrayList<>();
    for (String command : commands) {
      for (ObservedCall call : mutations.interesting()) {
        scenarios.add(scenario(call, Strike.RIVAL, command));
      }
    }
    return new Plan(scenarios, Map.of());
  }

  private Scenario scenario(ObservedCall call, Strike strike, @Nullable String command) {
    String id =
        WindowId.of(
            call.site().key(volatileNames)
                + '\0'
                + call.site().occurrence()
                + '\0'
                + strike
                + (command == null ? "" : '\0' + command));
    return new Scenario(
        new Window(
            id,
            hazard(strike),
            call.reference(),
            null,
            "",
            "",
            strike,
            WindowId.fingerprint(
                call, command == null ? "" : command, strike.toString(), volatileNames)),
        List.of(new Move(call, null, strike, command, true)),
        volatileNames);
  }

  private static Hazard hazard(Strike strike) {
    return switch (strike) {
      case KILL -> Hazard.L04;
      case COPY -> Hazard.L01;
      default -> Hazard.S01;
    };
  }
}
