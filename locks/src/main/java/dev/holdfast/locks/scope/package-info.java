/** Where a kind of lock excludes: file systems and directories. */
package dev.holdfast.locks.scope;
