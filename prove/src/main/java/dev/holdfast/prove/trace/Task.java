package dev.holdfast.prove.trace;

/**
 * One task (thread or process) of the victim.
 *
 * <p>Its {@link #path} is how it came to be: {@code 0} is the program itself, {@code 0.2} the
 * second task that one started. Unlike a process id it is the same in every run of the same
 * program.
 */
public final class Task {
  private final Run run;
  private final String path;
  private int tid;
  private int children;

  Task(Run run, String path, int tid) {
    this.run = run;
    this.path = path;
    this.tid = tid;
  }

  /** The run of a program that it belongs to. */
  Run run() {
    return run;
  }

  public String path() {
    return path;
  }

  /** The kernel's number, as the tracer sees it; an exec in a thread changes it. */
  public int tid() {
    return tid;
  }

  void moveTo(int newTid) {
    tid = newTid;
  }

  String nextChildPath() {
    children++;
    return path + "." + children;
  }

  @Override
  public String toString() {
    return "task " + path;
  }
}
