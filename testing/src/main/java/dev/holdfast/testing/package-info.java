/** Used by tests only. It stands on no other module, so that the lowest one can use it, too. */
package dev.holdfast.testing;
