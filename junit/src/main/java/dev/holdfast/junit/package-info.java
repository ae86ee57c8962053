/**
 * Proofs as JUnit tests: {@link dev.holdfast.junit.Proves} and {@link dev.holdfast.junit.Prove}.
 */
package dev.holdfast.junit;
