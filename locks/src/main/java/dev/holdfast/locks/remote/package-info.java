/** What locks past one machine look like to those who know no engine of them. */
@org.jspecify.annotations.NullMarked
package dev.holdfast.locks.remote;
