package dev.holdfast.prove.trial;

import dev.holdfast.prove.model.Effect;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
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
    DONE
  }

  Struck struck = Struck.NOT_REACHED;
  boolean timedOut;

  /**
   * The strike was done in the attacker's stead, since a setting of this kernel keeps the attacker
   * from it: so it can be seen what the program does where that is not set.
   */
  boolean pastGuard;

  boolean touched;

  /** A protected object was opened; whether it was also read is seen at the end. */
  boolean opened;

  /** The victim used what the attacker put there of its own. */
  boolean tookIn;

  /** The call that was struck at made something new where it was led. */
  boolean made;

  boolean openedForReading;
  boolean checkBroken;

  /** The victim would go on for ever, and was killed: see {@link ForeverHandler}. */
  boolean stuck;

  final Set<Effect> effects = EnumSet.noneOf(Effect.class);
  final Set<String> evidence = new LinkedHashSet<>();
  final List<String> blockedBy = new ArrayList<>();

  /** What the attacker can read at the end: name to hash, for comparing runs. */
  final Map<String, Integer> readable = new TreeMap<>();

  /** An effect and the object it is on, raw: what makes two runs gain the same. */
  record Gain(Effect effect, String object) {}

  /** What was gained, each with its sentence. */
  final Map<Gain, String> gains = new LinkedHashMap<>();

  /** The victim's root directory at the strike, raw. */
  String root = "/";

  /**
   * @param object what it happened to, raw
   * @param what the same in a sentence
   */
  void effect(Effect effect, String object, String what) {
    effects.add(effect);
    gains.put(new Gain(effect, object), what);
    evidence.add(what);
  }

  /**
   * Takes back what the program does with nobody interfering: it is no gain of the attacker's. One
   * that goes through everything comes to all canaries by itself.
   */
  void discount(Outcome untouched) {
    boolean any =
        gains
            .entrySet()
            .removeIf(
                gain -> {
                  boolean anyway =
                      untouched.gains.keySet().stream().anyMatch(g -> same(g, gain.getKey()));
                  return anyway && evidence.remove(gain.getValue());
                });
    if (any) {
      effects.clear();
      gains.keySet().forEach(gain -> effects.add(gain.effect()));
      evidence.add("the program does some of this without any intruder");
    }
  }

  private static boolean same(Gain one, Gain other) {
    return one.effect() == other.effect()
        && (one.object().equals(other.object())
            || (Vault.contains(one.object()) && Vault.contains(other.object())));
  }

  void tookIn(String what) {
    tookIn = true;
    evidence.add(what);
  }

  /** Something reached the victim, if only what is worth nothing to the attacker. */
  boolean met() {
    return touched || opened || tookIn || made;
  }

  /** A protected object, in a way that needs no proof that it was read. */
  void touched(String what) {
    touched = true;
    evidence.add(what);
  }
}
