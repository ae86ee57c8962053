package dev.holdfast.prove.model;

/**
 * A call in a run, for people and machines.
 *
 * @param call the system call's name
 * @param path as the victim passed it, printable
 * @param task which task: {@code 0} is the program, {@code 0.1} the first one it started
 * @param nth which path call of that task, from 1
 * @param doer whoever makes it
 */
public record CallRef(String call, String path, String task, int nth, Doer doer) {
  /** By nobody knows whom. */
  public CallRef(String call, String path, String task, int nth) {
    this(call, path, task, nth, Doer.UNKNOWN);
  }
}
