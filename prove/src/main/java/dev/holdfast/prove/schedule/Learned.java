package dev.holdfast.prove.schedule;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What all runs so far have shown of the programs: what each of them touches, where they take
 * locks, and which calls nobody follows. It only ever grows.
 *
 * <p>Threads: one at a time; each run has its {@linkplain #copy own}.
 */
final class Learned {
  final Set<String> locked = new HashSet<>();

  /** Files that were seen to have several names. */
  final Set<String> linked = new HashSet<>();

  final Set<String> unknown = new TreeSet<>();

  /** Whether some program looks whether another one lives, or sends it signals. */
  boolean signals;

  /** Whether some program sends signals. */
  boolean sends;

  /** Whether some program waits for time to pass, or looks at the same thing again and again. */
  boolean waits;

  private final List<Set<String>> reads = new ArrayList<>();
  private final List<Set<String>> writes = new ArrayList<>();

  Learned(int programs) {
    for (int i = 0; i < programs; i++) {
      reads.add(new HashSet<>());
      writes.add(new HashSet<>());
    }
  }

  Learned copy() {
    Learned copy = new Learned(reads.size());
    copy.add(this);
    return copy;
  }

  void add(Learned other) {
    locked.addAll(other.locked);
    linked.addAll(other.linked);
    unknown.addAll(other.unknown);
    signals |= other.signals;
    sends |= other.sends;
    waits |= other.waits;
    for (int i = 0; i < reads.size(); i++) {
      reads.get(i).addAll(other.reads.get(i));
      writes.get(i).addAll(other.writes.get(i));
    }
  }

  /** What a program touches; one that runs only after the others shares nothing with them. */
  void touches(int actor, Footprint footprint) {
    if (actor >= reads.size()) {
      return;
    }
    waits |= footprint.effect() == Footprint.Effect.SLEEP;
    reads.get(actor).addAll(footprint.reads());
    writes.get(actor).addAll(footprint.writes());
  }

  /**
   * The keys that one program writes and another one touches.
   *
   * @param kills whether a program may be killed: then it matters how far it has come with whatever
   *     it leaves behind
   */
  Set<String> points(boolean kills) {
    Set<String> points = new HashSet<>();
    for (Set<String> some : kills ? writes : List.<Set<String>>of()) {
      some.stream().filter(k -> k.startsWith("n:") || k.startsWith("c:")).forEach(points::add);
    }
    for (int i = 0; i < writes.size(); i++) {
      for (int j = 0; j < writes.size(); j++) {
        for (String key : i == j ? Set.<String>of() : writes.get(i)) {
          // Two who make names in one directory disturb only one who lists or counts them.
          boolean meets = "dk".indexOf(key.charAt(0)) < 0 && writes.get(j).contains(key);
          if (meets || reads.get(j).contains(key)) {
            points.add(key);
          }
        }
      }
    }
    return points;
  }
}
