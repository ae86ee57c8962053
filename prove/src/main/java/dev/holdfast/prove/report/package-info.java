/** A proof, told: as text, as JSON, and as a report of the findings module. */
package dev.holdfast.prove.report;
