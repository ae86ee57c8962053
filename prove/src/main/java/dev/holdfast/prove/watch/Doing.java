package dev.holdfast.prove.watch;

import dev.holdfast.prove.model.Doer;
import java.util.List;

/**
 * Which program a task is at.
 *
 * @param command the program that its process runs with its arguments, raw; empty if it is not
 *     known
 * @param thread the task's own name, raw
 * @param directory its working directory, raw
 */
public record Doing(List<String> command, String thread, String directory) {
  /** Nothing is known of it. */
  public static final Doing UNKNOWN = new Doing(List.of(), "", "");

  public Doing {
    command = List.copyOf(command);
  }

  /** The same, for people and machines. */
  Doer shown() {
    return new Doer(
        command.stream().map(Raw::display).toList(), Raw.display(thread), Raw.display(directory));
  }
}
