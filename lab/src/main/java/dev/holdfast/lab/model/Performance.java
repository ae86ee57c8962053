package dev.holdfast.lab.model;

import java.util.List;

/**
 * One program under the attack.
 *
 * @param program what it does, as calls or commands in their order: {@code stat, fopen}
 * @param source the file it was made from, relative to the project; empty if it has none
 * @param evidence what a reader can check, a sentence each
 * @param windows attacks that were tried: a place in the program and what the attacker does there
 * @param trials how many times it ran to decide
 */
public record Performance(
    String program,
    String source,
    Outcome verdict,
    List<String> evidence,
    int windows,
    int trials) {
  public Performance {
    evidence = List.copyOf(evidence);
  }
}
