/** Counters, locks and semaphores in memory that processes share. */
package dev.holdfast.locks.memory;
