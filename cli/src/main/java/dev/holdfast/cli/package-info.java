/** The holdfast command: one thin class per verb. */
package dev.holdfast.cli;
