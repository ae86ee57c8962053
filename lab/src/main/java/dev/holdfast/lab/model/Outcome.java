package dev.holdfast.lab.model;

/** What became of one program under the attack. */
public enum Outcome {
  /** The attacker gained what the scene says it gains. */
  LOST,
  /** It gained nothing, at any place where it could act. */
  HELD,
  /** Neither can be said: a trial did not come to its end. */
  UNDECIDED,
  /** The program did not do its work even undisturbed, so its fate says nothing. */
  FAILED
}
