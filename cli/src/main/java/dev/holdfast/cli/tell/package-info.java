/** The results of the file commands as JSON. */
package dev.holdfast.cli.tell;
