package dev.holdfast.files.tree;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.path.proc.ProcSelfFd;

/** Removes everything: each name relative to the held directory that was listed. */
final class TreeDeletion extends TreeTask {
  /** Two threads that hold two directories each. */
  private static final int MIN_SHARED_DIRECTORIES = 4;

  /** So many entries take longer than to start a thread. */
  private static final long USUALLY_SHARED_FROM = 4096;

  private final boolean keepRoot;
  private final long sharedFrom;

  TreeDeletion(boolean keepRoot) {
    this(keepRoot, USUALLY_SHARED_FROM);
  }

  TreeDeletion(boolean keepRoot, long sharedFrom) {
    this.keepRoot = keepRoot;
    this.sharedFrom = sharedFrom;
  }

  @Override
  Outcome other(TreeWalker walker, TreeFrame in, byte[] name, int type) {
    if (keepRoot && in == walker.way.base()) {
      return walker.failed(name, "openat", Errno.ENOTDIR);
    }
    SyscallResult removed = Unistd.unlinkat(in.fd(), name, 0);
    if (removed.ok()) {
      return Plain.DONE;
    }
    return switch (removed.errno()) {
      case ENOENT -> Plain.VANISHED;
      case EISDIR -> Plain.DIRECTORY;
      default -> walker.failed(name, "unlinkat", removed.errno());
    };
  }

  @Override
  Outcome leave(TreeWalker walker, TreeFrame in, TreeFrame directory) {
    if (keepRoot && in == walker.way.base()) {
      return Plain.DONE;
    }
    Result<Statx> now =
        Statx.statx(in.fd(), directory.name, Fcntl.AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS);
    if (now.failed() && !now.is(Errno.ENOENT)) {
      return walker.failed(null, "statx", now.errno());
    }
    if (now.failed() || !now.value().sameObject(directory.judged)) {
      return gone(walker, directory);
    }
    SyscallResult removed = Unistd.unlinkat(in.fd(), directory.name, Fcntl.AT_REMOVEDIR);
    if (removed.ok()) {
      return Plain.DONE;
    }
    return switch (removed.errno()) {
      case ENOENT -> Plain.VANISHED;
      case ENOTEMPTY, EEXIST -> notEmpty(in, directory);
      default -> walker.failed(null, "unlinkat", removed.errno());
    };
  }

  private static Outcome notEmpty(TreeFrame in, TreeFrame directory) {
    if (directory.failed) {
      // What could not be removed was reported already; that is why this one stays.
      in.failed = true;
      return Plain.SKIPPED;
    }
    return Plain.AGAIN;
  }

  /** Somebody else removed the directory, which is what was wanted, or took it away. */
  private static Outcome gone(TreeWalker walker, TreeFrame directory) {
    Result<Statx> self = Statx.fstat(directory.fd());
    if (self.ok() && self.value().nlink() == 0) {
      return Plain.VANISHED;
    }
    return new Failed(
        TreeFailure.refused(
            walker.path(null),
            "unlinkat",
            "was moved away while it was being emptied",
            TreeWalker.MOVED_AWAY));
  }

  @Override
  long sharedFrom(TreeOptions options) {
    // Who forces permissions works above the directory that a helper would stand on.
    return options.forcePermissions() || options.maxOpenDirectories() < MIN_SHARED_DIRECTORIES
        ? NEVER
        : sharedFrom;
  }

  @Override
  TreeTask shared() {
    return new TreeDeletion(false, NEVER);
  }

  @Override
  boolean letIn(TreeWalker walker, int fd, Statx judged) {
    return walker.options.forcePermissions()
        && ProcSelfFd.chmod(fd, judged.permissions() | 0700).ok();
  }
}
