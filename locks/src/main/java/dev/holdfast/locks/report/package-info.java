/** Who holds what and who waits, for administrators. */
package dev.holdfast.locks.report;
