package dev.holdfast.prove.world;

/**
 * A directory that each world has for its own, empty at first.
 *
 * @param path absolute, without links
 * @param uid its owner; -1 keeps the host's, or makes it root's
 * @param gid likewise
 * @param mode its permissions; -1 keeps the host's, or makes them 0755
 * @param volume whether it is a file system of its own
 */
public record OwnDirectory(String path, int uid, int gid, int mode, boolean volume) {
  /** With the host's permissions, in the file system that it is in. */
  public OwnDirectory(String path, int uid, int gid) {
    this(path, uid, gid, -1, false);
  }
}
