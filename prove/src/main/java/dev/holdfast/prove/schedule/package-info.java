/** Every schedule of programs that trust one another, and what the serial orders say of it. */
package dev.holdfast.prove.schedule;
