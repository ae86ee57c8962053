package dev.holdfast.files.tree;

/**
 * How far tree work has come.
 *
 * @param directories finished so far
 * @param others files, links and everything else finished so far
 * @param bytes copied so far
 * @param vanished entries that were gone before they could be worked on
 * @param failures so far
 */
public record TreeProgress(
    long directories, long others, long bytes, long vanished, long failures) {
  /** All entries that were worked on. */
  public long entries() {
    return directories + others;
  }
}
