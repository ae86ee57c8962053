/** What the kernel and the C library do with processes: who they are, starting and tracing them. */
package dev.holdfast.libc.process;
