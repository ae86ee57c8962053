package dev.holdfast.prove;

/** Who acts at a stop. */
public enum Intruder {
  /** An untrusted user who changes names. */
  ATTACKER,
  /** A second run of the same command. */
  COPY,
  /** Another program that works on the same files: a cleaner, an administrator, a second tool. */
  RIVAL,
  /** A crash. */
  KILL
}
