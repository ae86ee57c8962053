/** What the prover says: windows, strikes, verdicts and the proof as a whole. Plain data. */
package dev.holdfast.prove.model;
