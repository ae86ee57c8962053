package dev.holdfast.prove.schedule.footprint;

import dev.holdfast.prove.trace.Task;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Whether the end of a descriptor frees a lock. A POSIX record lock is its process's, and any close
 * of the file frees it; a BSD or OFD lock is that of an open file, and the last close frees it:
 * while other processes of the program have the file open, it is taken to be the same open file,
 * unless only they opened it, where the lock was not freed either.
 *
 * <p>Threads: the tracer's.
 */
final class Closing {
  private final ObjectNames names;
  private final Function<Task, List<Task>> others;

  /** Whether any end of a descriptor is taken to free what was locked by it. */
  private final boolean always;

  /** The processes that asked for a record lock, by file. */
  private final Map<String, Set<String>> owners = new HashMap<>();

  Closing(ObjectNames names, Function<Task, List<Task>> others, boolean always) {
    this.names = names;
    this.always = always;
    this.others = others;
  }

  void ownedBy(Task task, String path) {
    owners.computeIfAbsent(path, _ -> new HashSet<>()).add(task.process());
  }

  /** The names of all that a task has open, one for each descriptor. */
  List<String> openIn(Task task) {
    return names.ofAllDescriptors(task);
  }

  /**
   * @param all whether the process closes all descriptors of the file
   */
  boolean frees(Task task, String path, boolean all) {
    if (always || owners.getOrDefault(path, Set.of()).contains(task.process())) {
      return true;
    }
    if (!all && Collections.frequency(openIn(task), path) > 1) {
      return false;
    }
    return others.apply(task).stream().noneMatch(t -> openIn(t).contains(path));
  }
}
