package dev.holdfast.prove.model;

/**
 * The ways on which a first move leads a program, such as a name that it takes for its own: each
 * may have windows of its own, which nobody knows before it was followed.
 *
 * @param followed how many were
 * @param alike how many were not because one of the same kind was
 * @param unfollowed how many were not because no run was left for them, so that a proof says
 *     nothing about them
 */
public record Ways(int followed, int alike, int unfollowed) {
  /** Of a program that no move leads anywhere. */
  public static final Ways NONE = new Ways(0, 0, 0);
}
