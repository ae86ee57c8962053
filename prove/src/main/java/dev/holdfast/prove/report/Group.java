package dev.holdfast.prove.report;

import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Kind;
import dev.holdfast.prove.model.Label;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.prove.model.WindowResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Windows that read the same but for their names: a tree of forty files that can be raced forty
 * times is one thing to mend.
 *
 * @param members at least one, in the program's order
 */
record Group(List<WindowResult> members) {
  private record Key(Kind kind, Verdict verdict, Set<Effect> effects, @Nullable Label label) {
    static Key of(WindowResult result) {
      return new Key(Kind.of(result.window()), result.verdict(), result.effects(), result.label());
    }
  }

  /** The one that is told in full. */
  WindowResult first() {
    return members.getFirst();
  }

  List<WindowResult> others() {
    return members.subList(1, members.size());
  }

  /** Races first, then in the program's order. */
  static List<Group> exploited(List<WindowResult> windows, boolean separate) {
    List<Group> groups = new ArrayList<>(of(windows, WindowResult::race, separate));
    groups.addAll(of(windows, w -> w.verdict() == Verdict.EXPLOITED && !w.race(), separate));
    return groups;
  }

  static List<Group> of(
      List<WindowResult> windows, Predicate<WindowResult> wanted, boolean separate) {
    Map<Object, List<WindowResult>> groups = new LinkedHashMap<>();
    for (WindowResult result : windows) {
      if (wanted.test(result)) {
        Object key = separate ? result.window().id() : Key.of(result);
        groups.computeIfAbsent(key, _ -> new ArrayList<>()).add(result);
      }
    }
    return groups.values().stream().map(Group::new).toList();
  }
}
