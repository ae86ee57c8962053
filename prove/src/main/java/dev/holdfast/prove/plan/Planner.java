package dev.holdfast.prove.plan;

import dev.holdfast.prove.model.Hazard;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.watch.Binding;
import dev.holdfast.prove.watch.Observation;
import dev.holdfast.prove.watch.ObservedCall;
import dev.holdfast.prove.watch.VolatileNames;
import java.util.List;
import java.util.Optional;

/**
 * Turns an observation into windows: for each use by name, for each binding on its way that the
 * attacker can change, the strikes that could mean something there.
 *
 * <p>Threads: one at a time.
 */
public final class Planner {
  /** Why a use is pruned whose task has nothing that the attacker has not. */
  public static final String AS_ATTACKER = "done as the attacker itself";

  private final Observation observation;
  private final VolatileNames volatileNames;
  private final PlanBuilder plan;
  private final CheckStrikes checks;
  private final UseStrikes uses;

  /**
   * @param attackerUid whose files are its own already
   * @param invariants the user gave checks, so that strikes without an effect of their own count
   */
  public Planner(
      Observation observation, VolatileNames volatileNames, int attackerUid, boolean invariants) {
    EarlierCalls earlier = new EarlierCalls(volatileNames);
    this.observation = observation;
    this.volatileNames = volatileNames;
    this.plan = new PlanBuilder(observation, volatileNames, earlier);
    this.checks = new CheckStrikes(plan, attackerUid);
    this.uses = new UseStrikes(plan, earlier, attackerUid, invariants);
  }

  public Plan plan() {
    return plan(0);
  }

  /**
   * Only what the program does from one of the observed calls on.
   *
   * @param from its index; what was before is known, but not tried
   */
  public Plan plan(int from) {
    if (from > 0) {
      plan.behindAFirstMove();
    }
    plan.prune("attacker cannot change the name", observation.outOfReach());
    plan.prune("held descriptor", observation.onDescriptors());
    List<ObservedCall> calls = observation.interesting();
    for (int i = 0; i < calls.size(); i++) {
      ObservedCall call = calls.get(i);
      plan.before(call, i);
      if (i >= from) {
        moments(call);
      }
      plan.after(call);
    }
    return plan.plan();
  }

  /**
   * Where a first move made a directory that was missing: a link to a protected one instead, which
   * has what the program then looks for in it, as the observation shows of which a plan was made.
   */
  public Optional<Scenario> linkedInstead(Scenario first) {
    Move move = first.last();
    Binding binding = move.binding();
    if (first.moves().size() > 1
        || binding == null
        || binding.object() != null
        || move.strike() != Strike.DIRECTORY
        || !plan.asksBelow(binding)) {
      return Optional.empty();
    }
    return plan.scenario(move.call(), binding, Strike.SYMLINK_DIRECTORY_OTHER, Hazard.S05, null);
  }

  private void moments(ObservedCall call) {
    if (call.asAttacker()) {
      plan.prune(AS_ATTACKER, call.changeable().size());
      return;
    }
    if (call.lostRights() != 0) {
      plan.window(call, null, Strike.HOLD_OPEN, Hazard.S06, null);
    }
    if (!call.names().isEmpty()) {
      leave(call);
      return;
    }
    if (!call.sources().isEmpty()) {
      plan.window(call, null, Strike.READ, Hazard.S06, null);
      return;
    }
    if (call.operation().action().isCheck()) {
      checks.at(call);
    } else {
      uses.at(call);
    }
  }

  /** What is made later under a name of its own nobody can leave there before. */
  private void leave(ObservedCall call) {
    if (call.names().stream().allMatch(this::isMadeUp)) {
      plan.prune("nobody knows the name yet", 1);
    } else {
      plan.window(call, null, Strike.LEAVE, Hazard.S06, null);
    }
  }

  private boolean isMadeUp(String path) {
    return volatileNames.isVolatile(path.substring(path.lastIndexOf('/') + 1));
  }
}
