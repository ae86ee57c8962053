package dev.holdfast.files.tree;

import dev.holdfast.libc.Errno;

/**
 * One entry of a tree that could not be worked on.
 *
 * @param path from the root of the work, as given by the caller; shortened at the front where it is
 *     longer than a message should be
 * @param call the system call that failed, or what was refused
 * @param errnoName such as {@code EACCES}; empty if the refusal is our own
 * @param reason for people
 * @param catalogueId the hazard, such as {@code S12}; empty for an ordinary error
 */
public record TreeFailure(
    String path, String call, String errnoName, String reason, String catalogueId) {
  static TreeFailure of(String path, String call, Errno errno) {
    return new TreeFailure(path, call, errno.name(), errno.message, "");
  }

  static TreeFailure refused(String path, String what, String reason, String catalogueId) {
    return new TreeFailure(path, what, "", reason, catalogueId);
  }

  @Override
  public String toString() {
    String id = catalogueId.isEmpty() ? "" : " [" + catalogueId + "]";
    String errno = errnoName.isEmpty() ? "" : " (" + errnoName + ")";
    return path + ": " + call + ": " + reason + errno + id;
  }
}
