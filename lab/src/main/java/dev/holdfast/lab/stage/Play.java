package dev.holdfast.lab.stage;

import dev.holdfast.lab.model.Scene;
import dev.holdfast.lab.model.VariantResult;
import dev.holdfast.prove.model.Progress;
import java.util.List;

/** A scene that can be run. */
public interface Play {
  Scene scene();

  /** Runs every variant; one that cannot run says why, and the others still run. */
  List<VariantResult> perform(Workshop workshop, Progress progress);
}
