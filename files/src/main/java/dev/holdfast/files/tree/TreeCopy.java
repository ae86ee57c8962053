package dev.holdfast.files.tree;

import dev.holdfast.catalogue.Row;
import dev.holdfast.files.ground.FileCopy;
import dev.holdfast.files.ground.HeldDirectory;
import dev.holdfast.libc.Dirent;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.Xattr;
import dev.holdfast.path.make.Creations;
import dev.holdfast.path.proc.ProcSelfFd;
import org.jspecify.annotations.Nullable;

/**
 * Copies everything: what is made is made exclusively, in directories that only this user can enter
 * until all that belongs into them is there.
 */
final class TreeCopy extends TreeTask {
  private static final int READ_FILE =
      Fcntl.O_RDONLY | Fcntl.O_NOFOLLOW | Fcntl.O_NONBLOCK | Fcntl.O_NOCTTY;
  private static final int NEW_FILE =
      Fcntl.O_WRONLY | Fcntl.O_CREAT | Fcntl.O_EXCL | Fcntl.O_NOFOLLOW;
  private static final byte[] EMPTY = new byte[0];

  private static final byte[][] ACLS = {
    Paths.bytes("system.posix_acl_default"), Paths.bytes("system.posix_acl_access")
  };

  /** Where the first name of a file with several went, and what was made there. */
  private static final class Made {
    final byte[][] directories;
    final byte[] name;
    @Nullable Statx file;

    Made(byte[][] directories, byte[] name) {
      this.directories = directories;
      this.name = name;
    }
  }

  private final byte[] targetName;
  private final String targetPath;
  private final HardLinkLedger<Made> ledger = new HardLinkLedger<>();
  private final FileCopy copy = new FileCopy();

  private @Nullable Statx targetRoot;

  /**
   * @param targetName the name to make in the base frame's copy directory
   * @param targetPath the same for messages
   */
  TreeCopy(byte[] targetName, String targetPath) {
    this.targetName = targetName;
    this.targetPath = targetPath;
  }

  /** What cannot be made is the copy, and no fault of what is copied. */
  private Failed notMade(TreeWalker walker, TreeFrame in, byte[] name, String call, Errno errno) {
    return in == walker.way.base()
        ? new Failed(TreeFailure.of(targetPath, call, errno))
        : walker.failed(name, call + " of the copy", errno);
  }

  private byte[] nameIn(TreeWalker walker, TreeFrame in, byte[] name) {
    return in == walker.way.base() ? targetName : name;
  }

  @Override
  Outcome enter(TreeWalker walker, TreeFrame in, TreeFrame directory) {
    Statx root = targetRoot;
    if (root != null && root.sameObject(directory.judged)) {
      return new Failed(
          TreeFailure.refused(
              walker.path(directory.name), "copy", "is where the copy is being made"));
    }
    byte[] name = nameIn(walker, in, directory.name);
    SyscallResult made = Unistd.mkdirat(in.copyFd(), name, 0700);
    if (made.failed()) {
      return notMade(walker, in, directory.name, "mkdirat", made.errno());
    }
    Result<HeldDirectory> opened = HeldDirectory.open(in.copyFd(), name, HeldDirectory.READ);
    if (opened.failed()) {
      undo(walker, in, name, Fcntl.AT_REMOVEDIR, opened.errno());
      return walker.failed(directory.name, "openat", opened.errno());
    }
    HeldDirectory target = opened.value();
    directory.copyInto(target);
    if (!Creations.isOurs(in.copyFd(), target.judged, true)) {
      return replaced(walker, directory.name);
    }
    if (in == walker.way.base()) {
      targetRoot = target.judged;
      // A default ACL above would be handed on to everything that is made here.
      for (byte[] acl : ACLS) {
        SyscallResult removed = Xattr.fremovexattr(target.fd, acl);
        if (removed.failed() && !removed.is(Errno.ENODATA) && !removed.is(Errno.EOPNOTSUPP)) {
          return walker.failed(directory.name, "fremovexattr", removed.errno());
        }
      }
    }
    return Plain.DONE;
  }

  /** For want of a descriptor: it is made again when there is one. */
  private static void undo(TreeWalker walker, TreeFrame in, byte[] made, int flags, Errno why) {
    // In a directory of our own the name is ours for sure.
    if (in != walker.way.base() && (why == Errno.EMFILE || why == Errno.ENFILE)) {
      Unistd.unlinkat(in.copyFd(), made, flags);
    }
  }

  private static Failed replaced(TreeWalker walker, byte @Nullable [] name) {
    return new Failed(
        TreeFailure.refused(
            walker.path(name),
            "copy",
            "what was just made was replaced by something else",
            Row.S13));
  }

  @Override
  Outcome leave(TreeWalker walker, TreeFrame in, TreeFrame directory) {
    Result<Statx> made = Statx.fstat(directory.copyFd());
    if (made.failed()) {
      return walker.failed(null, "statx", made.errno());
    }
    return outcome(
        walker,
        null,
        FileCopy.attributes(
            directory.fd(),
            directory.copyFd(),
            directory.judged,
            made.value(),
            FileCopy.Reach.OPEN));
  }

  private static Outcome outcome(
      TreeWalker walker, byte @Nullable [] name, FileCopy.Trouble trouble) {
    return trouble.none() ? Plain.DONE : walker.failed(name, trouble.call(), trouble.errno());
  }

  @Override
  Outcome other(TreeWalker walker, TreeFrame in, byte[] name, int type) {
    int oflags = type == Dirent.DT_REG ? READ_FILE : Fcntl.O_PATH | Fcntl.O_NOFOLLOW;
    SyscallResult opened = Fcntl.openat(in.fd(), name, oflags, 0);
    if (type == Dirent.DT_REG && (opened.is(Errno.ELOOP) || opened.is(Errno.ENXIO))) {
      // No regular file any more: look without opening.
      return other(walker, in, name, Dirent.DT_UNKNOWN);
    }
    return onOpened(
        walker,
        name,
        opened,
        (fd, judged) -> copy(walker, in, name, fd, judged, type == Dirent.DT_REG));
  }

  private Outcome copy(
      TreeWalker walker, TreeFrame in, byte[] name, int fd, Statx judged, boolean readable) {
    if (judged.nlink() == 1) {
      return copyNew(walker, in, name, fd, judged, readable);
    }
    Made here = new Made(targetNames(walker), nameIn(walker, in, name));
    Made first = ledger.seen(judged, () -> here);
    if (first != null) {
      return link(walker, in, name, first);
    }
    Outcome outcome = copyNew(walker, in, name, fd, judged, readable);
    Result<Statx> made = look(in, here.name);
    if (outcome == Plain.DONE && made.ok()) {
      here.file = made.value();
    } else {
      ledger.forget(judged);
    }
    return outcome;
  }

  private static Result<Statx> look(TreeFrame in, byte[] target) {
    return Statx.statx(in.copyFd(), target, Fcntl.AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS);
  }

  private static boolean leadsTo(Result<Statx> made, Result<Statx> named) {
    return made.ok() && named.ok() && named.value().sameObject(made.value());
  }

  /** The directories from the base's copy on. */
  private byte[][] targetNames(TreeWalker walker) {
    byte[][] names = walker.way.names();
    if (names.length > 0) {
      names[0] = targetName;
    }
    return names;
  }

  private Outcome copyNew(
      TreeWalker walker, TreeFrame in, byte[] name, int fd, Statx judged, boolean readable) {
    return switch (judged.type()) {
      case Statx.S_IFREG ->
          readable ? regular(walker, in, name, fd, judged) : reopened(walker, in, name, fd, judged);
      case Statx.S_IFLNK -> symlink(walker, in, name, fd, judged);
      default -> special(walker, in, name, fd, judged);
    };
  }

  private Outcome reopened(TreeWalker walker, TreeFrame in, byte[] name, int pinned, Statx judged) {
    SyscallResult opened = ProcSelfFd.open(pinned, READ_FILE & ~Fcntl.O_NOFOLLOW);
    if (opened.failed()) {
      return walker.failed(name, "openat", opened.errno());
    }
    try {
      return regular(walker, in, name, opened.intValue(), judged);
    } finally {
      Unistd.close(opened.intValue());
    }
  }

  private Outcome regular(TreeWalker walker, TreeFrame in, byte[] name, int fd, Statx judged) {
    byte[] target = nameIn(walker, in, name);
    SyscallResult created = Fcntl.openat(in.copyFd(), target, NEW_FILE, 0600);
    if (created.failed()) {
      return notMade(walker, in, name, "openat", created.errno());
    }
    int to = created.intValue();
    Result<Statx> made = Statx.fstat(to);
    FileCopy.Trouble trouble =
        made.failed() ? new FileCopy.Trouble("statx", made.errno()) : copy.contents(fd, to, judged);
    FileCopy.Trouble attributes =
        trouble.none()
            ? FileCopy.attributes(fd, to, judged, made.value(), FileCopy.Reach.OPEN)
            : trouble;
    SyscallResult closed = Unistd.close(to);
    if (trouble.none() && closed.failed()) {
      trouble = new FileCopy.Trouble("close", closed.errno());
    }
    if (trouble.none()) {
      // What cannot be kept of its attributes is told, and costs nobody the data.
      walker.bytes += judged.size();
      return outcome(walker, name, attributes);
    }
    if (in != walker.way.base() || leadsTo(made, look(in, target))) {
      // Half a file is worse than none. In a directory of our own the name is ours for sure.
      Unistd.unlinkat(in.copyFd(), target, 0);
    }
    return outcome(walker, name, trouble);
  }

  private Outcome symlink(TreeWalker walker, TreeFrame in, byte[] name, int fd, Statx judged) {
    Result<byte[]> points = Unistd.readlinkat(fd, EMPTY);
    if (points.failed()) {
      return walker.failed(name, "readlinkat", points.errno());
    }
    byte[] target = nameIn(walker, in, name);
    SyscallResult made = Unistd.symlinkat(points.value(), in.copyFd(), target);
    return made.failed()
        ? notMade(walker, in, name, "symlinkat", made.errno())
        : attributesByName(walker, in, name, fd, judged);
  }

  private Outcome special(TreeWalker walker, TreeFrame in, byte[] name, int fd, Statx judged) {
    boolean device = judged.type() == Statx.S_IFCHR || judged.type() == Statx.S_IFBLK;
    if (device && !walker.options.devices()) {
      return new Failed(
          TreeFailure.refused(
              walker.path(name),
              "mknodat",
              "is a device, which is copied only on request",
              Row.S11));
    }
    byte[] target = nameIn(walker, in, name);
    int rdev = (int) judged.deviceOfNode();
    SyscallResult made =
        Unistd.mknodat(in.copyFd(), target, judged.type() | 0600, device ? rdev : 0);
    return made.failed()
        ? notMade(walker, in, name, "mknodat", made.errno())
        : attributesByName(walker, in, name, fd, judged);
  }

  /** For what cannot be opened: pins what was made, checks that it is ours, and sets those. */
  private Outcome attributesByName(
      TreeWalker walker, TreeFrame in, byte[] name, int from, Statx judged) {
    byte[] target = nameIn(walker, in, name);
    SyscallResult opened = Fcntl.openat(in.copyFd(), target, Fcntl.O_PATH | Fcntl.O_NOFOLLOW, 0);
    if (opened.failed()) {
      undo(walker, in, target, 0, opened.errno());
      return walker.failed(name, "openat", opened.errno());
    }
    int fd = opened.intValue();
    try {
      Result<Statx> made = Statx.fstat(fd);
      if (made.failed()) {
        return walker.failed(name, "statx", made.errno());
      }
      if (!Creations.isOurs(in.copyFd(), made.value(), false)
          || made.value().type() != judged.type()) {
        return replaced(walker, name);
      }
      return outcome(
          walker, name, FileCopy.attributes(from, fd, judged, made.value(), FileCopy.Reach.HELD));
    } finally {
      Unistd.close(fd);
    }
  }

  /** One more name for what was copied already: found from the top, and compared. */
  private Outcome link(TreeWalker walker, TreeFrame in, byte[] name, Made first) {
    HeldDirectory directory = null;
    try {
      int at = walker.way.base().copyFd();
      for (byte[] step : first.directories) {
        Result<HeldDirectory> next = HeldDirectory.open(at, step, HeldDirectory.PIN);
        if (next.failed()) {
          return walker.failed(name, "openat", next.errno());
        }
        if (directory != null) {
          directory.close();
        }
        directory = next.value();
        at = directory.fd;
      }
      byte[] target = nameIn(walker, in, name);
      SyscallResult linked = Unistd.linkat(at, first.name, in.copyFd(), target, 0);
      if (linked.failed()) {
        return notMade(walker, in, name, "linkat", linked.errno());
      }
      Result<Statx> now = look(in, target);
      Statx made = first.file;
      if (now.failed() || made == null || !now.value().sameObject(made)) {
        return replaced(walker, name);
      }
      return Plain.DONE;
    } finally {
      if (directory != null) {
        directory.close();
      }
    }
  }
}
