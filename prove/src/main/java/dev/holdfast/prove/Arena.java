package dev.holdfast.prove;

import org.jspecify.annotations.Nullable;

/**
 * A directory in which somebody other than root may change names.
 *
 * <p>Threads: immutable.
 *
 * @param directory printable
 * @param user who may; null for everybody
 */
@SuppressWarnings("exports") // who uses this needs no jspecify
public record Arena(String directory, @Nullable Account user) {
  /** In a sentence: the directory, and whose it is. */
  public String describe() {
    return directory + " (" + (user == null ? "everybody" : user.name()) + ")";
  }
}
