package dev.holdfast.prove;

/** Hears how far a proof has come; called from several threads, one at a time. */
@FunctionalInterface
public interface Progress {
  /**
   * One more is done.
   *
   * @param phase what is going on, a word or two
   * @param total 0 if it is not known yet
   */
  void step(String phase, int done, int total);

  Progress NONE = (_, _, _) -> {};
}
