package dev.holdfast.prove.plan;

import dev.holdfast.libc.Statx;
import dev.holdfast.prove.model.Hazard;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.payload.ProcessNumber;
import dev.holdfast.prove.watch.Action;
import dev.holdfast.prove.watch.Binding;
import dev.holdfast.prove.watch.ObservedCall;
import dev.holdfast.prove.watch.Words;

/** What can be otherwise when the program asks about a name: that a thing is there, and which. */
final class CheckStrikes {
  private final PlanBuilder plan;
  private final int attackerUid;

  CheckStrikes(PlanBuilder plan, int attackerUid) {
    this.plan = plan;
    this.attackerUid = attackerUid;
  }

  void at(ObservedCall call) {
    call.changeable().forEach(binding -> at(call, binding));
  }

  /** What the program is told here decides on which way it goes on. */
  private void at(ObservedCall call, Binding binding) {
    Statx object = binding.object();
    boolean directory = object != null && object.isDirectory();
    if (binding.isMissingDirectory()) {
      plan.firstTimes(call, binding, Strike.EXCHANGE, Hazard.S05);
      plan.firstTimes(call, binding, Strike.SYMLINK_DIRECTORY_OTHER, Hazard.S05);
      plan.firstTimes(call, binding, Strike.DIRECTORY, Hazard.S05);
    } else if (!binding.last() && !binding.leadsToObject()) {
      if (object != null) {
        plan.firstTimes(call, binding, Strike.SYMLINK_DIRECTORY, Hazard.S13);
        if (call.changeable().stream().noneMatch(Binding::last)) {
          // The attacker cannot change what was asked about, only where it is asked.
          boolean there = call.result().ok();
          plan.firstTimes(call, binding, there ? Strike.DIRECTORY : Strike.EXCHANGE, Hazard.S13);
        }
      }
    } else if (object == null) {
      boolean pidFile = ProcessNumber.isPidFile(binding.entry());
      plan.firstTimes(call, binding, Strike.CONTENT, pidFile ? Hazard.S17 : Hazard.S05);
      if (!plan.words(call, binding).equals(Words.NONE)) {
        plan.firstTimes(call, binding, Strike.NAMED, Hazard.S17);
      }
      plan.firstTimes(call, binding, Strike.SYMLINK, Hazard.S05);
      plan.firstTimes(call, binding, Strike.SYMLINK_DIRECTORY, Hazard.S05);
      plan.firstTimes(call, binding, Strike.DIRECTORY, Hazard.S05);
    } else if (directory) {
      plan.firstTimes(call, binding, Strike.SYMLINK_DIRECTORY, Hazard.S01);
    } else {
      plan.firstTimes(call, binding, Strike.SYMLINK, Hazard.S01);
      plan.firstTimes(call, binding, Strike.SYMLINK_DANGLING, Hazard.S04);
      plan.firstTimes(call, binding, Strike.REMOVE, Hazard.S04);
      if (!binding.leadsToOwnOf(attackerUid)) {
        plan.firstTimes(call, binding, Strike.CONTENT, Hazard.S01);
      }
      if (binding.leadsToObject()) {
        plan.firstTimes(call, binding, Strike.SYMLINK_DIRECTORY, Hazard.S13);
        plan.firstTimes(call, binding, Strike.EXCHANGE, Hazard.S13);
      }
      if (call.operation().action() == Action.READLINK && object.isSymlink()) {
        // What it says may be used as a name, by which no link is come by any more.
        plan.firstTimes(call, binding, Strike.SYMLINK_DIRECTORY, Hazard.S01);
        plan.firstTimes(call, binding, Strike.SYMLINK_OWN, Hazard.S01);
      }
    }
  }
}
