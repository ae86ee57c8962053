package dev.holdfast.files.tree;

import java.io.IOException;

/** Sees every object of a tree; see {@link Trees#walk}. */
@FunctionalInterface
public interface TreeVisitor {
  /** How to go on. */
  enum Step {
    CONTINUE,
    /** Leave out what is below this directory. */
    SKIP,
    /** End the walk. */
    STOP
  }

  /**
   * Called for a directory before what is in it.
   *
   * @throws IOException to have the entry reported as failed
   */
  Step visit(TreeEntry entry) throws IOException;
}
