/** What a file is called, and what is known of the file system that it is on. */
package dev.holdfast.path;
