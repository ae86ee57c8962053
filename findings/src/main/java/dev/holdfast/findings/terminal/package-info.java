/**
 * Text for a terminal: nothing in it that a terminal would obey, coloured by meaning, in tables.
 */
package dev.holdfast.findings.terminal;
