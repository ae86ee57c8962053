package dev.holdfast.files.tree;

import dev.holdfast.catalogue.Row;
import dev.holdfast.libc.Errno;
import org.jspecify.annotations.Nullable;

/**
 * One entry of a tree that could not be processed.
 *
 * @param path from the root of the work, as given by the caller; shortened at the front where it is
 *     longer than a message should be
 * @param call the system call that failed, or what was refused
 * @param errnoName such as {@code EACCES}; empty if the refusal is our own
 * @param reason for people
 * @param row the hazard; null for an ordinary error
 */
@SuppressWarnings("exports") // who uses this needs no jspecify
public record TreeFailure(
    String path, String call, String errnoName, String reason, @Nullable Row row) {
  static TreeFailure of(String path, String call, Errno errno) {
    return new TreeFailure(path, call, errno.name(), errno.message, null);
  }

  /** Of no hazard. */
  static TreeFailure refused(String path, String what, String reason) {
    return new TreeFailure(path, what, "", reason, null);
  }

  static TreeFailure refused(String path, String what, String reason, Row row) {
    return new TreeFailure(path, what, "", reason, row);
  }

  @Override
  public String toString() {
    String id = row == null ? "" : " [" + row + "]";
    String errno = errnoName.isEmpty() ? "" : " (" + errnoName + ")";
    return path + ": " + call + ": " + reason + errno + id;
  }
}
