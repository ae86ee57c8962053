/** Locks that are held as long as a file is there, and the proof that their holder is dead. */
package dev.holdfast.locks.named;
