/** Benchmarks beside the same loop in C. */
package dev.holdfast.bench;
