package dev.holdfast.lab.stage;

import dev.holdfast.lab.model.Scene;
import dev.holdfast.lab.model.VariantResult;
import dev.holdfast.prove.model.Progress;
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
}
