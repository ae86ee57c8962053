package dev.holdfast.prove.plan;

import dev.holdfast.prove.watch.Action;
import dev.holdfast.prove.watch.Binding;
import dev.holdfast.prove.watch.Observation;
import dev.holdfast.prove.watch.ObservedCall;
import dev.holdfast.prove.watch.VolatileNames;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which names an attacker can have learnt up to a moment of the run: of entries that stand in a
 * directory, and of arguments of programs. A name that is made up anew can be struck at only after
 * it, or one that was made from it, was to be seen.
 *
 * <p>Threads: one at a time.
 */
final class ShownNames {
  private final VolatileNames volatileNames;
  private final List<Observation.Command> commands;
  private final Set<String> shown = new LinkedHashSet<>();
  private int next;

  ShownNames(VolatileNames volatileNames, Observation observation) {
    this.volatileNames = volatileNames;
    this.commands = volatileNames.isEmpty() ? List.of() : observation.commands();
  }

  /**
   * The program comes to a call: what stands there, and what runs, is to be seen.
   *
   * @param index of the call among the observed ones
   */
  void before(ObservedCall call, int index) {
    if (volatileNames.isEmpty()) {
      return;
    }
    while (next < commands.size() && commands.get(next).before() <= index) {
      shown.addAll(commands.get(next).arguments());
      next++;
    }
    for (Binding binding : call.changeable()) {
      if (binding.object() != null) {
        shown.add(binding.entry());
      }
    }
  }

  /** The call has been made: what it created is to be seen. */
  void after(ObservedCall call) {
    if (volatileNames.isEmpty() || call.result().failed() || !creates(call)) {
      return;
    }
    for (Binding binding : call.changeable()) {
      if (binding.last()) {
        shown.add(binding.entry());
      }
    }
  }

  private static boolean creates(ObservedCall call) {
    Action action = call.operation().action();
    return switch (action) {
      case OPEN -> call.operation().creates();
      case MKDIR, MKNOD, SYMLINK, RENAME, LINK -> true;
      default -> false;
    };
  }

  /** True if nothing in a path has to be guessed. */
  boolean tell(String path) {
    return volatileNames.isKnowable(
        path, secret -> shown.stream().anyMatch(text -> text.contains(secret)));
  }
}
