package dev.holdfast.prove.world;

/**
 * A directory that each world has for its own, empty at first.
 *
 * @param path absolute, without links
 * @param uid its owner; -1 keeps the host's, or makes it root's
 * @param gid likewise
 */
public record OwnDirectory(String path, int uid, int gid) {}
