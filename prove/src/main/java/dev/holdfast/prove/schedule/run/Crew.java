package dev.holdfast.prove.schedule.run;

import dev.holdfast.prove.trace.Call;
import dev.holdfast.prove.trace.Ending;
import dev.holdfast.prove.trace.Task;
import dev.holdfast.prove.trace.TraceHandler;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * One program whose processes are actors of their own: what is heard of a task is told to the actor
 * that its process is.
 *
 * <p>Threads: the tracer's.
 */
final class Crew implements TraceHandler {
  private final Map<String, Actor> members = new HashMap<>();
  private final Function<Task, Actor> maker;

  /**
   * @param root the command itself
   * @param maker makes an actor of a new process
   */
  Crew(Actor root, Function<Task, Actor> maker) {
    members.put(Family.ROOT, root);
    this.maker = maker;
  }

  Actor of(Task task) {
    return members.computeIfAbsent(task.process(), _ -> maker.apply(task));
  }

  @Override
  public Then beforeCall(Call call) {
    return of(call.task()).beforeCall(call);
  }

  @Override
  public Then afterCall(Call call, long result) {
    return of(call.task()).afterCall(call, result);
  }

  @Override
  public void afterExec(Task task) {
    of(task).afterExec(task);
  }

  @Override
  public boolean holdsNewProcesses() {
    return true;
  }

  @Override
  public void started(Task parent, Task child) {
    Actor origin = of(parent);
    Actor its = of(child);
    if (its == origin) {
      its.started(parent, child);
    } else {
      origin.hasForked();
    }
  }

  @Override
  public void ended(Task task, Ending how) {
    of(task).ended(task, how);
  }
}
