package dev.holdfast.findings;

/**
 * What can be found: a hazard of the catalogue, or an audit rule under one.
 *
 * @param id stable; scripts and suppressions cite it
 * @param title a few words
 * @param description what goes wrong, in a sentence or more
 * @param advice what to do instead
 */
public record Rule(String id, String title, String description, String advice) {}
