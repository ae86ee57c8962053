package dev.holdfast.lab.stage;

import dev.holdfast.lab.model.Outcome;
import dev.holdfast.lab.model.Scene;
import dev.holdfast.lab.model.VariantResult;
import dev.holdfast.lab.model.Walker;
import dev.holdfast.prove.ProveException;
import dev.holdfast.prove.model.Progress;
import java.io.IOException;
import java.util.List;

/** A scene that can be run. */
public interface Play {
  Scene scene();

  /** Runs every variant; one that cannot run says why, and the others still run. */
  List<VariantResult> perform(Workshop workshop, Progress progress);

  /**
   * Leads somebody through it.
   *
   * @return what came of the usual way, and of Holdfast's
   */
  default List<Outcome> walk(Workshop workshop, Walker walker)
      throws IOException, SkipScene, ProveException {
    throw new SkipScene(
        "its programs act on one another, and have no stops for an attacker: see it whole");
  }
}
