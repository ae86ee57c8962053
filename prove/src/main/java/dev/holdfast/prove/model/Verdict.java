package dev.holdfast.prove.model;

/** What became of one window. */
public enum Verdict {
  /** The intruder gained something: a change, a secret, or an execution it had no right to. */
  EXPLOITED,
  /** The victim read or used the protected object, or hangs, but nothing changed hands. */
  REACHED,
  /** The victim took in what the attacker put there of its own, which gains it nothing. */
  TAKEN_IN,
  /** The victim did not let itself be led. */
  SURVIVED,
  /** In this run the victim never came to the place. */
  DIVERGED,
  /** The attacker could not do what was planned. */
  ATTACK_FAILED,
  /** The time limit expired. */
  TIMEOUT;

  /** True if this says nothing about the victim. */
  public boolean undecided() {
    return this == DIVERGED || this == ATTACK_FAILED || this == TIMEOUT;
  }
}
