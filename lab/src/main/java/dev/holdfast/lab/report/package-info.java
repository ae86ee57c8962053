/** The lab, told: as text, as JSON, and as a report that sets two ways side by side. */
package dev.holdfast.lab.report;
