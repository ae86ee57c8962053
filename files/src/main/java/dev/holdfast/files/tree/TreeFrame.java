package dev.holdfast.files.tree;

import dev.holdfast.files.ground.HeldDirectory;
import dev.holdfast.libc.DirentCursor;
import dev.holdfast.libc.Statx;
import org.jspecify.annotations.Nullable;

/**
 * One directory on the way from the root of tree work to where it stands. In very deep trees the
 * frames in the middle hold no descriptor: what is left of them is enough to find the directory
 * again and to know that it is the same.
 */
final class TreeFrame {
  final byte[] name;
  final Statx judged;

  /** Null while the frame is put away. */
  @Nullable HeldDirectory held;

  /** The directory being made, when copying; null while the frame is put away. */
  @Nullable HeldDirectory copy;

  @Nullable Statx copyJudged;

  /** Null while the frame is put away, and in the frame above the root. */
  @Nullable DirentCursor cursor;

  /** Where the listing goes on after the frame was put away. */
  long cookie;

  /** How it was right after our own last change in it; null while we changed nothing. */
  @Nullable Statx changed;

  /** How many of its entries a dry run would have removed. */
  long wouldGo;

  int passes;
  boolean failed;
  boolean permissionsForced;

  TreeFrame(byte[] name, HeldDirectory held) {
    this.name = name;
    this.judged = held.judged;
    this.held = held;
  }

  int fd() {
    HeldDirectory now = held;
    if (now == null) {
      throw new IllegalStateException("the frame is put away");
    }
    return now.fd;
  }

  int copyFd() {
    HeldDirectory now = copy;
    if (now == null) {
      throw new IllegalStateException("the frame is put away, or nothing is copied");
    }
    return now.fd;
  }

  void copyInto(HeldDirectory made) {
    copy = made;
    copyJudged = made.judged;
  }

  /** Closes what it holds. */
  void close() {
    HeldDirectory source = held;
    if (source != null) {
      source.close();
      held = null;
    }
    HeldDirectory target = copy;
    if (target != null) {
      target.close();
      copy = null;
    }
  }
}
