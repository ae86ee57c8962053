package dev.holdfast.prove.watch;

import dev.holdfast.prove.trace.Program;
import dev.holdfast.prove.trace.Task;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which program each process of a run is at, with its arguments: anybody can read them.
 *
 * <p>Threads: the tracer's.
 */
final class Commands {
  private final Resolver resolver;

  /** In bytes; proc_pid_comm(5). */
  private static final int LONGEST_NAME = 15;

  /** The names of those that were not executed yet. */
  private final Map<String, String> starting = new HashMap<>();

  private final Map<String, List<String>> current = new HashMap<>();
  private final List<Observation.Command> all = new ArrayList<>();

  Commands(Resolver resolver) {
    this.resolver = resolver;
  }

  /** A task was made to be a program, and still runs ours. */
  void starts(Task task, Program program) {
    current.put(task.process(), program.argv().stream().map(Raw::fromText).toList());
    starting.put(task.process(), nameOf(program));
  }

  /** What the kernel will call it. */
  private static String nameOf(Program program) {
    String command = Raw.fromText(program.argv().getFirst());
    String name = command.substring(command.lastIndexOf('/') + 1);
    return name.substring(0, Math.min(name.length(), LONGEST_NAME));
  }

  /**
   * A task runs another program from now on.
   *
   * @param calls how many interesting calls there were before
   */
  void ran(Task task, int calls) {
    starting.remove(task.process());
    List<String> arguments = resolver.argumentsOf(task);
    current.put(task.process(), arguments);
    all.add(new Observation.Command(calls, arguments));
  }

  /** A new process is at the program of the one that started it until it runs its own. */
  void started(Task parent, Task child) {
    List<String> command = current.get(parent.process());
    if (command != null) {
      current.putIfAbsent(child.process(), command);
    }
  }

  /** What a task is at right now. */
  Doing of(Task task) {
    return new Doing(
        current.getOrDefault(task.process(), List.of()),
        starting.getOrDefault(task.process(), resolver.nameOf(task)),
        resolver.directoryOf(task));
  }

  List<Observation.Command> all() {
    return List.copyOf(all);
  }
}
