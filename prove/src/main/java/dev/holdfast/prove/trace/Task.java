package dev.holdfast.prove.trace;

/**
 * One task (thread or process) of the victim.
 *
 * <p>Its {@link #path} is how it came to be: {@code 0} is the program itself, {@code 0.2} the
 * second task that one started. Unlike a process id it is the same in every run of the same
 * program, as long as no two threads take turns; {@link #process} is the same then, too.
 */
public final class Task {
  private final Run run;
  private final String path;
  private final String process;

  /** The thread that its process began with: it counts the processes that all of them start. */
  private final Task leader;

  private int tid;
  private int children;
  private int processes;

  private Task(Run run, String path, int tid) {
    this.run = run;
    this.path = path;
    this.process = path;
    this.tid = tid;
    this.leader = this;
  }

  private Task(Task origin, int tid, boolean thread) {
    this.run = origin.run;
    this.path = origin.path + "." + ++origin.children;
    this.tid = tid;
    this.leader = thread ? origin.leader : this;
    this.process = thread ? origin.process : origin.process + "." + ++origin.leader.processes;
  }

  /** The program itself. */
  static Task program(Run run, String path, int tid) {
    return new Task(run, path, tid);
  }

  /** A task that this one started. */
  Task child(int childTid, boolean thread) {
    return new Task(this, childTid, thread);
  }

  /** The run of a program that it belongs to. */
  Run run() {
    return run;
  }

  public String path() {
    return path;
  }

  /**
   * The process that it is a thread of, whichever: {@code 0} is the program, {@code 0.2} the second
   * process that any of its threads started. Without threads this is {@link #path}.
   */
  public String process() {
    return process;
  }

  /** True for the thread that its process began with. */
  public boolean isLeader() {
    return leader == this;
  }

  /** The kernel's number, as the tracer sees it; an exec in a thread changes it. */
  public int tid() {
    return tid;
  }

  void moveTo(int newTid) {
    tid = newTid;
  }

  @Override
  public String toString() {
    return "task " + path;
  }
}
