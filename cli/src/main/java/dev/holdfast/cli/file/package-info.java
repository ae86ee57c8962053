/** Commands on files and directories, and their JSON. */
package dev.holdfast.cli.file;
