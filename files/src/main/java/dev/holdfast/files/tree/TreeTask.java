package dev.holdfast.files.tree;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;

/** One kind of tree work: what {@link TreeWalker} does to each entry. */
abstract class TreeTask {
  /** For {@link #sharedFrom}. */
  static final long NEVER = Long.MAX_VALUE;

  /** What became of an entry. */
  sealed interface Outcome permits Plain, Failed {}

  enum Plain implements Outcome {
    DONE,
    /** Left out on purpose. */
    SKIPPED,
    /** It was gone. */
    VANISHED,
    /** It is a directory, whatever its listing said. */
    DIRECTORY,
    /** It is no directory, whatever its listing said. */
    NOT_DIRECTORY,
    /** The directory has entries that were not there when it was listed. */
    AGAIN
  }

  record Failed(TreeFailure failure) implements Outcome {}

  /**
   * Works on an entry that is taken for something else than a directory.
   *
   * @param type {@code Dirent.DT_*}, a hint
   */
  abstract Outcome other(TreeWalker walker, TreeFrame in, byte[] name, int type);

  /** The work on an object that is held, and is no directory. */
  interface OnObject {
    Outcome work(int fd, Statx judged);
  }

  /** Judges what a look-up opened, works on it, and closes it. */
  static Outcome onOpened(TreeWalker walker, byte[] name, SyscallResult opened, OnObject task) {
    if (opened.failed()) {
      return opened.is(Errno.ENOENT)
          ? Plain.VANISHED
          : walker.failed(name, "openat", opened.errno());
    }
    int fd = opened.intValue();
    try {
      Result<Statx> judged = Statx.fstat(fd);
      if (judged.failed()) {
        return walker.failed(name, "statx", judged.errno());
      }
      return judged.value().isDirectory() ? Plain.DIRECTORY : task.work(fd, judged.value());
    } finally {
      Unistd.close(fd);
    }
  }

  /** A directory was opened; {@code DONE} goes into it. */
  Outcome enter(TreeWalker walker, TreeFrame in, TreeFrame directory) {
    return Plain.DONE;
  }

  /** Every entry of a directory was worked on. */
  abstract Outcome leave(TreeWalker walker, TreeFrame in, TreeFrame directory);

  /** Another file system is mounted on the entry, and does not belong to the tree. */
  Outcome mounted(TreeWalker walker, byte[] name, Statx judged) {
    return new Failed(
        TreeFailure.refused(walker.path(name), "open", "another file system is mounted here"));
  }

  /** After how many entries a second thread helps with the rest. */
  long sharedFrom(TreeOptions options) {
    return NEVER;
  }

  /** The same work on a directory of the tree, for the second thread. */
  TreeTask shared() {
    throw new IllegalStateException("this work is done by one thread");
  }

  /** Nothing more will be seen: what was put off to the end. */
  void end(TreeWalker walker) {}

  /**
   * A directory was closed to us, or something in it was refused: gives its owner the rights, if
   * this work may do that.
   *
   * @param fd may be an {@code O_PATH} descriptor
   */
  boolean letIn(TreeWalker walker, int fd, Statx judged) {
    return false;
  }
}
