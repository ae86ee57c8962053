package dev.holdfast.prove;

import dev.holdfast.prove.model.Proof;
import org.jspecify.annotations.Nullable;

/** Placeholder of the API while the engine is being written; see the next commits. */
@SuppressWarnings("DoNotCallSuggester")
public final class Prover {
  private Prover() {}

  /** Observes, plans, tries and judges. */
  public static Proof prove(Case what, Progress progress) throws ProveException {
    throw new ProveException("not built yet");
  }

  /** Observes and plans only: the windows come without verdicts (as SURVIVED with no trials). */
  public static Proof listWindows(Case what, Progress progress) throws ProveException {
    throw new ProveException("not built yet");
  }

  /** Runs the one break-in with this id again. */
  public static Proof replay(Case what, String windowId, Progress progress) throws ProveException {
    throw new ProveException("not built yet");
  }

  /** What keeps this process from making worlds, and what to do; null if nothing does. */
  public static @Nullable String whyNot() {
    return null;
  }
}
