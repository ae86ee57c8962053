package dev.holdfast.lab.stage;

import dev.holdfast.lab.model.Outcome;
import dev.holdfast.lab.model.Scene;
import dev.holdfast.lab.model.VariantResult;
import dev.holdfast.lab.model.Walker;
import dev.holdfast.prove.ProveException;
import dev.holdfast.prove.model.Progress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A scene that has to be played in several ways to show all of its hazard. */
public record SeveralPlays(Scene scene, List<Play> plays) implements Play {
  public SeveralPlays {
    plays = List.copyOf(plays);
  }

  @Override
  public List<VariantResult> perform(Workshop workshop, Progress progress) {
    List<VariantResult> results = new ArrayList<>();
    for (Play play : plays) {
      results.addAll(play.perform(workshop, progress));
    }
    return results;
  }

  /** Through the first that has stops. */
  @Override
  public List<Outcome> walk(Workshop workshop, Walker walker)
      throws IOException, SkipScene, ProveException {
    SkipScene why = new SkipScene("there is nothing to see");
    for (Play play : plays) {
      try {
        return play.walk(workshop, walker);
      } catch (SkipScene skipped) {
        why = skipped;
      }
    }
    throw why;
  }
}
