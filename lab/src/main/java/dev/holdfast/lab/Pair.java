package dev.holdfast.lab;

/**
 * The same work written twice.
 *
 * @param name the language, and what tells it from another pair in the same one
 */
record Pair(String name, Victim usual, Victim holdfast) {}
