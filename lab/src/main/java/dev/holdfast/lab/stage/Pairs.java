package dev.holdfast.lab.stage;

import dev.holdfast.lab.model.Performance;
import dev.holdfast.lab.model.Scene;
import dev.holdfast.lab.model.VariantResult;
import dev.holdfast.prove.model.Progress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Plays the pairs of a scene one after the other. One that cannot run is skipped by name. */
public final class Pairs {
  /** Attacks one program. */
  @FunctionalInterface
  public interface Attack {
    /**
     * Attacks it.
     *
     * @param mustLose it is the usual way, so one loss is enough
     */
    Performance on(Victim victim, boolean mustLose, Workshop workshop, Progress progress)
        throws IOException, SkipScene;
  }

  private Pairs() {}

  /**
   * Attacks each of the programs.
   *
   * @param whyNot why none can run here; null if they can
   */
  public static List<VariantResult> perform(
      Scene scene,
      List<Pair> pairs,
      @Nullable String whyNot,
      Attack attack,
      Workshop workshop,
      Progress progress) {
    if (whyNot != null) {
      return pairs.stream().map(p -> VariantResult.skipped(p.name(), whyNot)).toList();
    }
    List<VariantResult> results = new ArrayList<>();
    // Pairs may share Holdfast's way.
    Map<Victim, Performance> known = new HashMap<>();
    for (Pair pair : pairs) {
      Progress named =
          (phase, done, total) ->
              progress.step(scene.id() + " " + pair.name() + ": " + phase, done, total);
      results.add(perform(pair, known, attack, workshop, named));
    }
    return results;
  }

  private static VariantResult perform(
      Pair pair,
      Map<Victim, Performance> known,
      Attack attack,
      Workshop workshop,
      Progress progress) {
    try {
      // Both are made before one is attacked.
      pair.usual().command(workshop);
      pair.holdfast().command(workshop);
      Performance usual = attack(attack, pair.usual(), true, workshop, progress);
      Performance holdfast = known.get(pair.holdfast());
      if (holdfast == null) {
        holdfast = attack(attack, pair.holdfast(), false, workshop, progress);
        known.put(pair.holdfast(), holdfast);
      }
      return new VariantResult(pair.name(), usual, holdfast, null);
    } catch (SkipScene e) {
      return VariantResult.skipped(pair.name(), String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return VariantResult.skipped(pair.name(), "the program cannot be made: " + e.getMessage());
    }
  }

  private static Performance attack(
      Attack attack, Victim victim, boolean mustLose, Workshop workshop, Progress progress)
      throws SkipScene {
    try {
      return attack.on(victim, mustLose, workshop, progress);
    } catch (IOException e) {
      return victim.failed("the attack failed: " + e.getMessage(), 0);
    }
  }
}
