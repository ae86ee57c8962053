package dev.holdfast.prove.schedule.run;

import dev.holdfast.prove.trace.Rest;
import dev.holdfast.prove.trace.Task;
import dev.holdfast.prove.trace.Tracer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Waits until every task is at rest: held, ended, or asleep in the kernel where only a further step
 * can wake it. That is asked of the kernel, and not guessed by how long nothing was heard.
 *
 * <p>Threads: the tracer's.
 */
final class Calm {
  /** So often all have to be seen at rest, one time after the other. */
  private static final int LOOKS = 2;

  private final Tracer tracer;
  private final Rest rest;
  private final Actors actors;
  private final Pids pids;

  /** New processes that have not begun, and their actors. */
  private final List<Newborn> newborn = new ArrayList<>();

  private record Newborn(Task task, Actor actor) {}

  Calm(Tracer tracer, Rest rest, Actors actors, Pids pids) {
    this.tracer = tracer;
    this.rest = rest;
    this.actors = actors;
    this.pids = pids;
  }

  /** A new process is held, and is an actor of its own. */
  void isBorn(Task task, Actor actor) {
    newborn.add(new Newborn(task, actor));
  }

  /** Waits until every task is at rest; who was started meanwhile begins, one after the other. */
  void settle() {
    rest();
    while (!newborn.isEmpty() && !tracer.expired()) {
      newborn.sort(Comparator.comparing(each -> each.task().process()));
      Newborn next = newborn.removeFirst();
      if (next.actor().alive().contains(next.task())) {
        pids.choose(next.actor());
        actors.begins(next.actor());
        tracer.begin(next.task());
        rest();
      }
    }
  }

  /** They share this processor: it is given to them. */
  @SuppressWarnings("ThreadPriorityCheck")
  private void rest() {
    int calm = 0;
    while (calm < LOOKS && !tracer.expired()) {
      if (tracer.poll()) {
        calm = 0;
      } else if (actors.all().stream().flatMap(a -> a.loose().stream()).allMatch(this::isAtRest)) {
        calm++;
      } else {
        calm = 0;
        Thread.yield();
      }
    }
  }

  private boolean isAtRest(Task task) {
    return newborn.stream().anyMatch(each -> each.task().equals(task)) || rest.isAsleep(task);
  }
}
