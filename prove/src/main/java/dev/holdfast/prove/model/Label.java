package dev.holdfast.prove.model;

/** Whether the moment mattered. */
public enum Label {
  /** The same strike before the victim started gained nothing: a race. */
  RACE,
  /** The same strike before the victim started gains as much: the victim just follows links. */
  PLAIN_FOLLOW
}
