package dev.holdfast.prove.model;

/** What the intruder gained. */
public enum Effect {
  /** The contents of a protected file changed. */
  WRITE,
  /** A file was created in a protected directory. */
  CREATE,
  /** A protected file is gone. */
  DELETE,
  /** Owner, group, mode or attributes of a protected object changed. */
  META,
  /** The attacker can read what it had no right to. */
  LEAK,
  /** The attacker's contents stand where it has no right to write. */
  INJECT,
  /** The victim signals a process that the attacker chose, with rights that it has not. */
  SIGNAL,
  /** The victim runs the attacker's program. */
  EXEC
}
