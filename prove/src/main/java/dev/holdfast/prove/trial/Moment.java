package dev.holdfast.prove.trial;

/** When the moves of a scenario are made. */
enum Moment {
  /** Before the victim starts: the control. */
  BEFOREHAND,
  /** Each right before its call. */
  AT_THE_CALL,
  /** The same, and the last one is taken back right after its call. */
  AND_BACK
}
