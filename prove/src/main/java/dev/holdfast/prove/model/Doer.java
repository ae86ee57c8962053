package dev.holdfast.prove.model;

import java.util.List;

/**
 * Whoever makes a call, at the moment of it.
 *
 * @param command the program with its arguments, printable; empty if it is not known
 * @param thread the name of the thread, printable
 * @param directory the working directory, printable
 */
public record Doer(List<String> command, String thread, String directory) {
  /** Nothing is known of it. */
  public static final Doer UNKNOWN = new Doer(List.of(), "", "");

  public Doer {
    command = List.copyOf(command);
  }
}
