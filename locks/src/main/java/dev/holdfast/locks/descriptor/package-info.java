/** Locks on descriptors that this process was given. */
package dev.holdfast.locks.descriptor;
