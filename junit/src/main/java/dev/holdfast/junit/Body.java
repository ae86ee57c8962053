package dev.holdfast.junit;

import java.io.Serializable;

/**
 * Code that is proved in a JVM of its own: a static method ({@code Settings::save}) or a lambda
 * that captures nothing, since nothing of this JVM is there.
 */
@FunctionalInterface
public interface Body extends Serializable {
  /** Does what is to be proved; an exception ends the program with 1. */
  void run() throws Exception;
}
