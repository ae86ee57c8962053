package dev.holdfast.prove.schedule.run;

import dev.holdfast.prove.trace.Task;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All who take part in a run, and who of them could go on: programs, or the processes of one
 * command, which come and go.
 *
 * <p>Threads: the tracer's.
 */
final class Actors {
  private final @Nullable Family family;
  private final List<Actor> all = new ArrayList<>();

  /** Who has begun since somebody was last let go. */
  private final Set<Integer> begun = new HashSet<>();

  Actors(@Nullable Family family) {
    this.family = family;
  }

  void add(Actor actor) {
    all.add(actor);
  }

  List<Actor> all() {
    return all;
  }

  Actor get(int number) {
    return family == null
        ? all.get(number)
        : all.stream().filter(a -> a.number == number).findFirst().orElseThrow();
  }

  boolean areOver() {
    return all.stream().allMatch(Actor::isOver);
  }

  /** Those that have not come to their ends. */
  List<Actor> left() {
    return all.stream().filter(a -> !a.isOver()).toList();
  }

  /** Who may go, who is preferred first. */
  List<Integer> enabled(List<Integer> preferred) {
    List<Integer> some =
        family == null ? preferred : all.stream().map(a -> a.number).sorted().toList();
    return some.stream().filter(i -> !get(i).isOver() && get(i).isEnabled()).toList();
  }

  /** Those who could go on with nobody's turn taken; empty if nobody has it. */
  List<Integer> going(int current, List<Integer> enabled) {
    if (current < 0 || enabled.isEmpty()) {
      return List.of();
    }
    if (family == null) {
      return enabled.contains(current) ? List.of(current) : List.of();
    }
    Set<Integer> going = new TreeSet<>(family.goingOn(current, new HashSet<>(enabled)));
    // Who was just started may as well go first.
    begun.stream().filter(enabled::contains).forEach(going::add);
    return List.copyOf(going);
  }

  /** A new process makes its first steps. */
  void begins(Actor actor) {
    begun.add(actor.number);
  }

  /** Somebody is let go. */
  void goesOn() {
    begun.clear();
  }

  /** Tasks of other processes of the same program. */
  List<Task> others(Task task) {
    return all.stream()
        .map(Actor::alive)
        .filter(tasks -> tasks.contains(task))
        .flatMap(List::stream)
        .filter(t -> !t.process().equals(task.process()))
        .toList();
  }
}
