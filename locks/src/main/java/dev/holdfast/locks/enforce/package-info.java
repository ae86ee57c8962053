/** What enforces where locks only advise: leases, and a guard of every open. */
package dev.holdfast.locks.enforce;
