/**
 * The part of a lock that is within this Java process: its queue of threads, who owns it, and the
 * {@link dev.holdfast.locks.process.Engine} that excludes others. For those who add a kind.
 */
package dev.holdfast.locks.process;
