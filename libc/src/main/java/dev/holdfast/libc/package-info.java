/** System calls, structs, constants and errno, called through the foreign-function interface. */
package dev.holdfast.libc;
