/** The registry of the kinds of one machine. */
package dev.holdfast.locks.local;
