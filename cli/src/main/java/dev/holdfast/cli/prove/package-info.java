/** The command that proves, and what it takes. */
package dev.holdfast.cli.prove;
