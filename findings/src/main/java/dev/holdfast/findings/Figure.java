package dev.holdfast.findings;

import dev.holdfast.findings.terminal.Ink;

/** A number worth a glance at the head of a report. */
public record Figure(String label, long value, Ink ink) {}
