/** Locks without a file: ports and abstract sockets. */
package dev.holdfast.locks.socket;
