package dev.holdfast.prove.watch;

import dev.holdfast.findings.Place;
import dev.holdfast.prove.model.Doer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which program a task is at.
 *
 * @param command the program that its process runs with its arguments, raw; empty if it is not
 *     known
 * @param thread the task's own name, raw
 * @param directory its working directory, raw
 * @param code the line of the program's source; null if it is not known
 */
public record Doing(
    List<String> command, String thread, String directory, Place.@Nullable Source code) {
  /** Nothing is known of it. */
  public static final Doing UNKNOWN = new Doing(List.of(), "", "");

  /** At nobody knows which line. */
  public Doing(List<String> command, String thread, String directory) {
    this(command, thread, directory, null);
  }

  public Doing {
    command = List.copyOf(command);
  }

  /** The same, at this line of its source. */
  Doing at(Place.@Nullable Source line) {
    return new Doing(command, thread, directory, line);
  }

  /** The same, for people and machines. */
  Doer shown() {
    return new Doer(
        command.stream().map(Raw::display).toList(),
        Raw.display(thread),
        Raw.display(directory),
        code);
  }
}
