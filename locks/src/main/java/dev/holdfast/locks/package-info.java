/** One lock interface, one class per kind of lock; ordered sets, recovery, holders. */
package dev.holdfast.locks;
