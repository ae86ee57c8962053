/** What prove and audit report: rule, place, evidence, advice; written as text, SARIF and HTML. */
package dev.holdfast.findings;
