package dev.holdfast.prove.plan;

import dev.holdfast.prove.model.CallRef;
import dev.holdfast.prove.model.Hazard;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.model.Window;
import dev.holdfast.prove.observe.Observation;
import dev.holdfast.prove.observe.ObservedCall;
import dev.holdfast.prove.observe.Raw;
import dev.holdfast.prove.observe.VolatileNames;
import java.util.ArrayList;
import java.util.List;

/** Windows for intruders that change no name: a crash, or a second copy of the program. */
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
      if (kill) {
        windows.add(window(call, Strike.KILL, Hazard.L04));
      }
      if (copy) {
        windows.add(window(call, Strike.COPY, Hazard.L01));
      }
    }
    return windows;
  }

  private PlannedWindow window(ObservedCall call, Strike strike, Hazard hazard) {
    String names = String.join(" , ", call.site().names().stream().map(Raw::display).toList());
    String id =
        WindowId.of(
            call.site().key(volatileNames) + '\0' + call.site().occurrence() + '\0' + strike);
    CallRef use =
        new CallRef(call.site().call().callName(), names, call.site().task(), call.site().nth());
    return new PlannedWindow(new Window(id, hazard, use, null, "", "", strike), call, null, true);
  }
}
