/** What stands in for the kernel's locks where there is no Linux, for development. */
package dev.holdfast.locks.portable;
