package dev.holdfast.prove.schedule.run;

import dev.holdfast.prove.schedule.footprint.Footprint;
import dev.holdfast.prove.schedule.footprint.Seen;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What all runs so far have shown of the programs: what each of them touches, where they take
 * locks, and which calls nobody follows. It only ever grows.
 *
 * <p>Threads: one at a time; each run has its {@linkplain #copy own}.
 */
public final class Learned {
  /** What the footprints of calls depend on. */
  public final Seen seen = new Seen();

  /** Whether some program waits for time to pass, or looks at the same thing again and again. */
  public boolean waits;

  /** Whether some program sleeps: then the clock goes by what is skipped, too. */
  public boolean sleeps;

  /** Who waits, again and again, for what only another one can do. */
  final Set<Integer> waitForOthers = new HashSet<>();

  /** Who had several tasks that could go at once: they were let go in one order only. */
  public final Set<Integer> inOneOrder = new HashSet<>();

  /** Whether one that waits for ever was let wait for long, so that others need not be. */
  public boolean endless;

  /** How many times longer than usual who looks at the same thing again and again may go on. */
  public int patience = 1;

  private final int programs;
  private final Map<Integer, Set<String>> reads = new HashMap<>();
  private final Map<Integer, Set<String>> writes = new HashMap<>();

  public Learned(int programs) {
    this.programs = programs;
  }

  public Learned copy() {
    Learned copy = new Learned(programs);
    copy.add(this);
    return copy;
  }

  public void add(Learned other) {
    seen.add(other.seen);
    waits |= other.waits;
    sleeps |= other.sleeps;
    endless |= other.endless;
    waitForOthers.addAll(other.waitForOthers);
    inOneOrder.addAll(other.inOneOrder);
    patience = Math.max(patience, other.patience);
    add(other.reads, reads);
    add(other.writes, writes);
  }

  private static void add(Map<Integer, Set<String>> some, Map<Integer, Set<String>> to) {
    some.forEach((who, keys) -> to.computeIfAbsent(who, _ -> new HashSet<>()).addAll(keys));
  }

  /** What a program touches; one that runs only after the others shares nothing with them. */
  void touches(int actor, Footprint footprint) {
    if (actor >= programs && actor < Family.FIRST) {
      return;
    }
    waits |= footprint.effect() == Footprint.Effect.SLEEP;
    sleeps |= footprint.effect() == Footprint.Effect.SLEEP;
    reads.computeIfAbsent(actor, _ -> new HashSet<>()).addAll(footprint.reads());
    writes.computeIfAbsent(actor, _ -> new HashSet<>()).addAll(footprint.writes());
  }

  /**
   * The keys that one program writes and another one touches.
   *
   * @param kills whether a program may be killed: then it matters how far it has come with whatever
   *     it leaves behind
   */
  public Set<String> points(boolean kills) {
    Set<String> points = new HashSet<>();
    for (Set<String> some : kills ? writes.values() : List.<Set<String>>of()) {
      some.stream().filter(k -> k.startsWith("n:") || k.startsWith("c:")).forEach(points::add);
    }
    Map<String, Set<Integer>> writers = new HashMap<>();
    writes.forEach(
        (who, keys) ->
            keys.forEach(key -> writers.computeIfAbsent(key, _ -> new HashSet<>()).add(who)));
    writers.forEach(
        (key, who) -> {
          // Two who make names in one directory disturb only one who lists or counts them, and two
          // who end one who asks who lives.
          if (who.size() > 1 && "dkp".indexOf(key.charAt(0)) < 0) {
            points.add(key);
          }
        });
    reads.forEach(
        (who, keys) ->
            keys.forEach(
                key -> {
                  Set<Integer> others = writers.getOrDefault(key, Set.of());
                  if (others.size() > 1 || (others.size() == 1 && !others.contains(who))) {
                    points.add(key);
                  }
                }));
    return points;
  }
}
