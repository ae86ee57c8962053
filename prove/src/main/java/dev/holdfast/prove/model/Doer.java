package dev.holdfast.prove.model;

import dev.holdfast.findings.Place;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whoever makes a call, at the moment of it.
 *
 * @param command the program with its arguments, printable; empty if it is not known
 * @param thread the name of the thread, printable
 * @param directory the working directory, printable
 * @param code the line of the program's source, if the program says it; null if it does not
 */
@SuppressWarnings("exports") // who uses this needs no jspecify
public record Doer(
    List<String> command, String thread, String directory, Place.@Nullable Source code) {
  /** Nothing is known of it. */
  public static final Doer UNKNOWN = new Doer(List.of(), "", "");

  /** At nobody knows which line. */
  public Doer(List<String> command, String thread, String directory) {
    this(command, thread, directory, null);
  }

  public Doer {
    command = List.copyOf(command);
  }
}
