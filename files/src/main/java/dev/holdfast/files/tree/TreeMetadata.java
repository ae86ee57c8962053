package dev.holdfast.files.tree;

import dev.holdfast.catalogue.Row;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import org.jspecify.annotations.Nullable;

/** Changes what is said of each object: pins it, judges it, and changes what it judged. */
final class TreeMetadata extends TreeTask {
  /** What to change. */
  interface Change {
    /** The system call, for messages. */
    String call();

    boolean applies(Statx judged);

    SyscallResult apply(int fd, Statx judged);

    /** What is shown instead of what was asked for; empty if it is that. */
    String insteadShown(Statx now, Statx judged);

    /** Whether this change may be what lets us into a directory. */
    boolean opensDirectories();
  }

  private final Change change;
  private final HardLinkLedger<String> ledger = new HardLinkLedger<>();

  /** Of a file system that was seen to do as it is told; the others are asked about each object. */
  private long obedient;

  TreeMetadata(Change change) {
    this.change = change;
  }

  @Override
  Outcome other(TreeWalker walker, TreeFrame in, byte[] name, int type) {
    SyscallResult opened = Fcntl.openat(in.fd(), name, Fcntl.O_PATH | Fcntl.O_NOFOLLOW, 0);
    return onOpened(walker, name, opened, (fd, judged) -> judge(walker, name, fd, judged));
  }

  private Outcome judge(TreeWalker walker, byte[] name, int fd, Statx judged) {
    if (!change.applies(judged)) {
      return Plain.SKIPPED;
    }
    if (judged.nlink() > 1 && !judged.isDirectory()) {
      switch (walker.options.hardLinks()) {
        case ALLOW -> {}
        case REFUSE -> {
          return new Failed(
              TreeFailure.refused(
                  walker.path(name),
                  change.call(),
                  "has " + judged.nlink() + " names, of which others may be somebody else's",
                  Row.S12));
        }
        case INSIDE -> {
          ledger.seen(judged, () -> walker.path(name));
          if (!ledger.complete(judged)) {
            return Plain.SKIPPED;
          }
        }
      }
    }
    return apply(walker, name, fd, judged);
  }

  private Outcome apply(TreeWalker walker, byte @Nullable [] name, int fd, Statx judged) {
    if (!change.applies(judged)) {
      return Plain.SKIPPED;
    }
    SyscallResult changed = change.apply(fd, judged);
    if (!changed.ok()) {
      return walker.failed(name, change.call(), changed.errno());
    }
    return judged.device() == obedient ? Plain.DONE : look(walker, name, fd, judged);
  }

  /** FAT, FUSE and CIFS may be told to be content with anything, and show what they are told to. */
  private Outcome look(TreeWalker walker, byte @Nullable [] name, int fd, Statx judged) {
    Result<Statx> now = Statx.fstat(fd);
    String instead = now.ok() ? change.insteadShown(now.value(), judged) : "";
    if (!instead.isEmpty()) {
      return new Failed(
          TreeFailure.refused(
              walker.path(name),
              change.call(),
              "this file system shows it with " + instead + ", whatever it is told"));
    }
    obedient = judged.device();
    return Plain.DONE;
  }

  @Override
  Outcome leave(TreeWalker walker, TreeFrame in, TreeFrame directory) {
    return apply(walker, null, directory.fd(), directory.judged);
  }

  @Override
  void end(TreeWalker walker) {
    for (String path : ledger.incomplete()) {
      walker.afterFailure(
          TreeFailure.refused(
              path, change.call(), "has names that were not found in this tree", Row.S12));
    }
  }

  @Override
  boolean letIn(TreeWalker walker, int fd, Statx judged) {
    return change.opensDirectories() && change.apply(fd, judged).ok();
  }
}
