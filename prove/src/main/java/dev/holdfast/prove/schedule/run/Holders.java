package dev.holdfast.prove.schedule.run;

import dev.holdfast.prove.schedule.footprint.Footprint;
import dev.holdfast.prove.schedule.footprint.Footprint.Effect;
import dev.holdfast.prove.watch.Raw;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who holds which lock of the kernel's, for people.
 *
 * <p>Threads: the tracer's.
 */
final class Holders {
  private final Map<String, Set<Integer>> all = new HashMap<>();

  /** A call was made; what to tell of its lock, empty if nothing. */
  String made(int actor, Footprint footprint) {
    List<String> told = new ArrayList<>();
    for (String key : footprint.writes()) {
      if (key.startsWith("l:")) {
        Set<Integer> who = all.computeIfAbsent(key, _ -> new TreeSet<>());
        boolean changed = footprint.effect() == Effect.LOCK ? who.add(actor) : who.remove(actor);
        if (changed) {
          told.add(told(key, who));
        }
      }
    }
    return String.join(", ", told);
  }

  private static String told(String key, Set<Integer> who) {
    String file = Raw.display(key.substring(2));
    return who.isEmpty() ? file + " is free" : file + " is held by " + names(who);
  }

  /** Programs other than this one that hold what it asks for. */
  Set<Integer> of(int actor, Footprint wanted) {
    Set<Integer> who = new TreeSet<>();
    wanted.writes().forEach(key -> who.addAll(all.getOrDefault(key, Set.of())));
    who.remove(actor);
    return who;
  }

  static String names(Set<Integer> who) {
    return String.join(" and ", who.stream().map(Actor::name).toList());
  }
}
