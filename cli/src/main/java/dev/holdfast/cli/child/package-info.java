/** Programs that commands run, and what they inherit. */
package dev.holdfast.cli.child;
