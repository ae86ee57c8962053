package dev.holdfast.prove.plan;

import dev.holdfast.prove.model.CallRef;
import dev.holdfast.prove.model.Hazard;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.model.Window;
import dev.holdfast.prove.observe.MutationObserver;
import dev.holdfast.prove.observe.Observation;
import dev.holdfast.prove.observe.ObservedCall;
import dev.holdfast.prove.observe.Raw;
import dev.holdfast.prove.observe.VolatileNames;
import java.util.ArrayList;
import java.util.List;

/** Windows for intruders that are programs, or a crash: they may act wherever the victim stops. */
public final class CrashPlanner {
  private final Observation mutations;
  private final VolatileNames volatileNames;

  public CrashPlanner(Observation mutations, VolatileNames volatileNames) {
    this.mutations = mutations;
    this.volatileNames = volatileNames;
  }

  /** A window right before each call that changes something. */
  public List<PlannedWindow> plan(boolean kill, boolean copy) {
    List<PlannedWindow> windows = new ArrayList<>();
    for (ObservedCall call : mutations.interesting()) {
      if (MutationObserver.changes(call.operation())) {
        if (kill) {
          windows.add(window(call, Strike.KILL, Hazard.L04, ""));
        }
        if (copy) {
          windows.add(window(call, Strike.COPY, Hazard.L01, ""));
        }
      }
    }
    return windows;
  }

  /** A window right before each call, also of those that only look: another program may change. */
  public List<PlannedWindow> plan(List<String> rivals) {
    List<PlannedWindow> windows = new ArrayList<>();
    for (String rival : rivals) {
      for (ObservedCall call : mutations.interesting()) {
        windows.add(window(call, Strike.RIVAL, Hazard.S01, rival));
      }
    }
    return windows;
  }

  private PlannedWindow window(ObservedCall call, Strike strike, Hazard hazard, String rival) {
    String names = String.join(" , ", call.site().names().stream().map(Raw::display).toList());
    String id =
        WindowId.of(
            call.site().key(volatileNames)
                + '\0'
                + call.site().occurrence()
                + '\0'
                + strike
                + (rival.isEmpty() ? "" : '\0' + rival));
    CallRef use =
        new CallRef(call.site().call().callName(), names, call.site().task(), call.site().nth());
    return new PlannedWindow(
        new Window(id, hazard, use, null, "", "", strike), call, null, rival, true);
  }
}
