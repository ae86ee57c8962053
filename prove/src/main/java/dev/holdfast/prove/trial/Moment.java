package dev.holdfast.prove.trial;

/** When the moves of a scenario are made. */
enum Moment {
  /** Before the victim starts: the control. */
  BEFOREHAND,
  /** Each right before its call. */
  AT_THE_CALL,
  /**
   * The same, and the victim is stopped wherever it was when it was observed: one whose tasks take
   * turns otherwise at another pace goes the way that was planned for.
   */
  AT_THE_CALL_AS_OBSERVED,
  /** Each right before its call, and the last one is taken back right after its call. */
  AND_BACK
}
