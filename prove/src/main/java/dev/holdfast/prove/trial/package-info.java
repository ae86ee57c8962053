/** One trial: the canaries, the strike at the stop, and what became of it. */
package dev.holdfast.prove.trial;
