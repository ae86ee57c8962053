package dev.holdfast.prove.schedule.run;

import dev.holdfast.libc.Sysno;
import dev.holdfast.libc.process.Processes;
import dev.holdfast.prove.trace.Call;
import dev.holdfast.prove.trace.Task;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/**
 * What programs get where they ask the kernel for chance, getrandom(2): the same in each schedule,
 * and not the same for two of them; so names and keys that they make of it are the same, too.
 *
 * <p>Threads: the tracer's.
 */
final class Chance {
  static final Sysno CALL = Sysno.GETRANDOM;

  private static final int MOST = 1 << 16;

  /** How often a task has asked. */
  private final Map<Task, Integer> asked = new HashMap<>();

  /**
   * A call has its answer: it gets another one.
   *
   * @param number of the program
   */
  void correct(Call call, int number, long result) {
    if (result <= 0 || result > MOST) {
      return;
    }
    Task task = call.task();
    int often = asked.merge(task, 1, Integer::sum);
    Random random = new Random(31L * (31L * number + task.path().hashCode()) + often);
    byte[] bytes = new byte[(int) result];
    random.nextBytes(bytes);
    Processes.process_vm_writev(task.tid(), call.arg(0), bytes);
  }
}
