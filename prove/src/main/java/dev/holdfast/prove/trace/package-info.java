/** Running a program under the tracer: start it stopped, stop it at system calls, never hang. */
package dev.holdfast.prove.trace;
