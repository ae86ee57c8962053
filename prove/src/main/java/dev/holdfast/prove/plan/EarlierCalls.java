package dev.holdfast.prove.plan;

import dev.holdfast.libc.Errno;
import dev.holdfast.prove.model.CallRef;
import dev.holdfast.prove.model.Hazard;
import dev.holdfast.prove.watch.Action;
import dev.holdfast.prove.watch.Binding;
import dev.holdfast.prove.watch.ObservedCall;
import dev.holdfast.prove.watch.Operation;
import dev.holdfast.prove.watch.VolatileNames;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who looked at a name last, among the calls up to the one that is looked at now: a run may make
 * very many.
 */
final class EarlierCalls {
  private final VolatileNames volatileNames;
  private final Map<Entry, ObservedCall> looked = new HashMap<>();

  EarlierCalls(VolatileNames volatileNames) {
    this.volatileNames = volatileNames;
  }

  void add(ObservedCall call) {
    for (Binding binding : call.changeable()) {
      if (binding.last() || binding.leadsToObject()) {
        looked.put(Entry.of(binding), call);
      }
    }
  }

  /** The last call before this one that looked at the same name in the same directory. */
  @Nullable ObservedCall before(Binding binding) {
    return looked.get(Entry.of(binding));
  }

  @Nullable CallRef check(Binding binding) {
    ObservedCall earlier = before(binding);
    return earlier == null ? null : earlier.reference();
  }

  /** Which row of the catalogue a strike on the object itself belongs to. */
  Hazard hazard(ObservedCall call, Binding binding) {
    Operation operation = call.operation();
    ObservedCall earlier = before(binding);
    if (earlier != null && earlier.operation().action() == Action.ACCESS) {
      return Hazard.S02;
    }
    if (operation.action().isMetadata()) {
      return Hazard.S03;
    }
    if (operation.action() != Action.OPEN) {
      return earlier == null && !predictableOnly(call) ? Hazard.S05 : Hazard.S01;
    }
    if (earlier != null && removes(earlier)) {
      return Hazard.S10;
    }
    if (earlier != null && earlier.operation().action() == Action.OPEN) {
      return earlier.result().is(Errno.ENOENT) ? Hazard.S04 : Hazard.S09;
    }
    if (operation.creates()) {
      if (earlier != null) {
        return earlier.result().is(Errno.ENOENT) ? Hazard.S04 : Hazard.S01;
      }
      return Hazard.S05;
    }
    return Hazard.S01;
  }

  private boolean predictableOnly(ObservedCall call) {
    return call.site().names().stream().noneMatch(volatileNames::isVolatile);
  }

  /** The name is gone after it. */
  static boolean removes(ObservedCall call) {
    Action action = call.operation().action();
    return action == Action.UNLINK || action == Action.RMDIR;
  }
}
