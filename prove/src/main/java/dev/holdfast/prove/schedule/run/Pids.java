package dev.holdfast.prove.schedule.run;

import dev.holdfast.prove.trace.Tracer;
import java.util.ArrayList;
import java.util.List;

/**
 * Process ids: those of a program are the same in each schedule, whoever else is there.
 *
 * <p>Threads: the tracer's.
 */
final class Pids {
  private static final int FIRST = 1000;
  private static final int OF_A_PROGRAM = 1000;
  private static final int OF_A_PROCESS = 100;

  private final Tracer tracer;
  private final boolean inside;
  private final List<Integer> numbers;

  /**
   * @param inside whether the actors are processes of one command
   * @param numbers of each program, by which its processes are numbered whoever else is there
   */
  Pids(Tracer tracer, boolean inside, List<Integer> numbers) {
    this.tracer = tracer;
    this.inside = inside;
    this.numbers = new ArrayList<>(numbers);
  }

  /** One more program comes. */
  void add(int number) {
    numbers.add(number);
  }

  /** The next process that an actor starts has the same number in each schedule. */
  void choose(Actor actor) {
    int first =
        inside
            ? FIRST + OF_A_PROCESS * (actor.number - Family.FIRST)
            : FIRST + OF_A_PROGRAM * numbers.get(actor.number);
    tracer.lastPid(first + (actor.started ? actor.tasks() : 0));
  }
}
