package dev.holdfast.lab.stage;

/**
 * The same work written twice.
 *
 * @param name the language, and what tells it from another pair in the same one
 */
public record Pair(String name, Victim usual, Victim holdfast) {}
