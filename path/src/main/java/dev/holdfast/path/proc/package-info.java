/** What the kernel says of processes, mounts and file systems, read as bytes. */
package dev.holdfast.path.proc;
