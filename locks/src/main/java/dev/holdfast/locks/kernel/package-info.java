/**
 * Locks that the kernel keeps on a permanent file: record locks and flock, their queue and tokens.
 */
package dev.holdfast.locks.kernel;
