/** What the kernel tells of locks and processes under /proc. */
package dev.holdfast.locks.proc;
