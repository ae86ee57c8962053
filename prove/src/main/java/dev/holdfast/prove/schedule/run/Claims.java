package dev.holdfast.prove.schedule.run;

import dev.holdfast.prove.schedule.footprint.Footprint;
import dev.holdfast.prove.schedule.footprint.Footprint.Effect;
import dev.holdfast.prove.watch.Raw;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who holds a name as a lock: made exclusively, and removed by the same program later. Two who hold
 * it at once are a broken lock, even where the data came out right.
 */
public final class Claims {
  /**
   * Two programs that had made the same name and not removed it.
   *
   * @param name raw
   * @param since the number of the step that made the first claim
   * @param until that of the step that made the second one
   */
  public record Overlap(String name, int first, int second, int since, int until) {}

  private record Claim(int actor, int step) {}

  private final Map<String, Map<Integer, Claim>> held = new HashMap<>();
  private final List<Overlap> overlaps = new ArrayList<>();

  /** Names that their maker removed, by program. */
  private final Map<Integer, Set<String>> released = new LinkedHashMap<>();

  /** A successful call. */
  void made(int actor, Footprint footprint, int step) {
    if (footprint.names().isEmpty()) {
      return;
    }
    String name = footprint.names().getLast();
    if (footprint.effect() == Effect.CLAIM) {
      Map<Integer, Claim> claims = held.computeIfAbsent(name, _ -> new LinkedHashMap<>());
      for (Claim other : claims.values()) {
        if (other.actor != actor) {
          overlaps.add(new Overlap(name, other.actor, actor, other.step, step));
        }
      }
      claims.put(actor, new Claim(actor, step));
    } else if (footprint.effect() == Effect.REMOVE) {
      String gone = footprint.names().getFirst();
      Map<Integer, Claim> claims = held.get(gone);
      if (claims != null && claims.remove(actor) != null) {
        released.computeIfAbsent(actor, _ -> new HashSet<>()).add(gone);
      }
    }
  }

  /** Whoever has ended holds nothing. */
  void ended(int actor) {
    held.values().forEach(claims -> claims.remove(actor));
  }

  List<Overlap> overlaps() {
    return List.copyOf(overlaps);
  }

  /** Names that some program made exclusively and removed again, raw. */
  Set<String> released() {
    Set<String> all = new HashSet<>();
    released.values().forEach(all::addAll);
    return all;
  }

  public static String tell(Overlap overlap) {
    return Actor.name(overlap.second())
        + " made "
        + Raw.display(overlap.name())
        + " (step "
        + (overlap.until() + 1)
        + ") while "
        + Actor.name(overlap.first())
        + " still held it (since step "
        + (overlap.since() + 1)
        + ")";
  }
}
