/** Deadlines, pauses between two tries, and the one thread that does things at their time. */
package dev.holdfast.locks.wait;
