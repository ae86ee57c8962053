package dev.holdfast.files.tree;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.path.FileName;
import java.io.IOException;

/** Shows every object to a visitor, pinned. */
final class TreeVisit extends TreeTask {
  private final TreeVisitor visitor;

  TreeVisit(TreeVisitor visitor) {
    this.visitor = visitor;
  }

  @Override
  Outcome other(TreeWalker walker, TreeFrame in, byte[] name, int type) {
    SyscallResult opened = Fcntl.openat(in.fd(), name, Fcntl.O_PATH | Fcntl.O_NOFOLLOW, 0);
    return onOpened(walker, name, opened, (fd, judged) -> show(walker, name, fd, judged));
  }

  @Override
  Outcome enter(TreeWalker walker, TreeFrame in, TreeFrame directory) {
    return show(walker, directory.name, directory.fd(), directory.judged);
  }

  private Outcome show(TreeWalker walker, byte[] name, int fd, Statx stat) {
    TreeEntry entry =
        new TreeEntry(walker.path(name), FileName.decode(name), walker.way.depth(), fd, stat);
    try {
      return switch (visitor.visit(entry)) {
        case CONTINUE -> Plain.DONE;
        case SKIP -> Plain.SKIPPED;
        case STOP -> {
          walker.stop();
          yield Plain.SKIPPED;
        }
      };
    } catch (IOException failed) {
      return new Failed(
          TreeFailure.refused(entry.path(), "visit", String.valueOf(failed.getMessage())));
    } finally {
      entry.end();
    }
  }

  @Override
  Outcome leave(TreeWalker walker, TreeFrame in, TreeFrame directory) {
    return Plain.DONE;
  }
}
