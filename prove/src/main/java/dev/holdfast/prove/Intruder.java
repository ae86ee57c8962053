package dev.holdfast.prove;

/** Who acts at a stop. */
public enum Intruder {
  /** An untrusted user who changes names. */
  ATTACKER,
  /** A second run of the same command. */
  COPY,
  /** A crash. */
  KILL
}
