package dev.holdfast.prove.model;

/**
 * Windows that were not tried because others of the same kind were.
 *
 * @param like one that was tried
 * @param tried how many of the kind were tried
 * @param windows how many were not
 */
public record LeftOut(Window like, int tried, int windows) {}
