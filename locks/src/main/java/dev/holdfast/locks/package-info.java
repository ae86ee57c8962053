/** The locks of this machine as programs use them, and what a kind of lock has to say of itself. */
package dev.holdfast.locks;
