/** What each system call reads and changes, so that it is known which calls may be swapped. */
package dev.holdfast.prove.schedule.footprint;
