/** Our own operations under our own prover, and the JDK's beside them. */
package dev.holdfast.lab.proof;
