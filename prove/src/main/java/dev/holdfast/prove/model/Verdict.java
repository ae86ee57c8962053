package dev.holdfast.prove.model;

/** What became of one window. */
public enum Verdict {
  /** The intruder gained something: a change, a secret, or an execution he had no right to. */
  EXPLOITED,
  /** The victim touched the protected object, but nothing changed hands. */
  REACHED,
  /** The victim did not let itself be led. */
  SURVIVED,
  /** In this run the victim never came to the place. */
  DIVERGED,
  /** The attacker could not do what was planned. */
  ATTACK_FAILED,
  /** The time was over. */
  TIMEOUT;

  /** True if this says nothing about the victim. */
  public boolean undecided() {
    return this == DIVERGED || this == ATTACK_FAILED || this == TIMEOUT;
  }
}
