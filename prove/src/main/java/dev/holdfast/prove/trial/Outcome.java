package dev.holdfast.prove.trial;

import dev.holdfast.prove.model.Effect;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What one trial showed. Filled by one thread. */
final class Outcome {
  /** Whether the strike came about. */
  enum Struck {
    /** The victim never came to the place. */
    NOT_REACHED,
    /** The attacker could not do it. */
    FAILED,
    /** A setting of this kernel kept the attacker from it. */
    BLOCKED,
    DONE
  }

  Struck struck = Struck.NOT_REACHED;
  boolean timedOut;
  boolean touched;
  boolean openedForReading;
  boolean checkBroken;
  final Set<Effect> effects = EnumSet.noneOf(Effect.class);
  final Set<String> evidence = new LinkedHashSet<>();
  final List<String> blockedBy = new ArrayList<>();

  /** What the attacker can read at the end: name to hash, for comparing runs. */
  final Map<String, Integer> readable = new TreeMap<>();

  /** Effects with the object they are on: what makes two runs gain the same. */
  final Set<String> gains = new LinkedHashSet<>();

  /**
   * @param object what it happened to, raw
   * @param what the same in a sentence
   */
  void effect(Effect effect, String object, String what) {
    effects.add(effect);
    gains.add(effect + " " + object);
    evidence.add(what);
  }

  void touched(String what) {
    touched = true;
    evidence.add(what);
  }
}
