package dev.holdfast.lab;

import dev.holdfast.prove.Progress;
import java.util.List;

/** A scene that can be run. */
interface Play {
  Scene scene();

  /** Runs every variant; one that cannot run says why, and the others still run. */
  List<VariantResult> perform(Workshop workshop, Progress progress);
}
