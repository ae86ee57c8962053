package dev.holdfast.prove.trace;

/**
 * What is to be done beside a running program that no call of it tells about: looked at every few
 * milliseconds, on the tracer's thread, while the program runs.
 */
public interface Meanwhile {
  /**
   * Looks.
   *
   * @return whether to go on looking
   */
  boolean look(Tracer tracer);
}
