package dev.holdfast.prove.watch;

import static dev.holdfast.libc.Fcntl.AT_EMPTY_PATH;
import static dev.holdfast.libc.Fcntl.AT_FDCWD;
import static dev.holdfast.libc.Fcntl.AT_REMOVEDIR;
import static dev.holdfast.libc.Fcntl.AT_SYMLINK_FOLLOW;
import static dev.holdfast.libc.Fcntl.AT_SYMLINK_NOFOLLOW;
import static dev.holdfast.libc.Fcntl.O_CREAT;
import static dev.holdfast.libc.Fcntl.O_EXCL;
import static dev.holdfast.libc.Fcntl.O_NOFOLLOW;
import static dev.holdfast.libc.Fcntl.O_PATH;
import static dev.holdfast.libc.Fcntl.O_TRUNC;
import static dev.holdfast.libc.Fcntl.O_WRONLY;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Sysno;
import dev.holdfast.prove.trace.Call;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A system call, decoded as far as names matter.
 *
 * @param operands the paths, at most two; none if the victim passed an unreadable pointer
 * @param oflags of an open, else 0
 * @param resolve {@code RESOLVE_*} of openat2, else 0
 */
public record Operation(Action action, List<Operand> operands, int oflags, long resolve) {
  private static final int IN_DONT_FOLLOW = 0x02000000;
  private static final int FSPICK_NO_FOLLOW = 2;

  /**
   * Every call that takes a path, but bind(2) and connect(2), whose names of sockets are part of an
   * address.
   */
  public static final Set<Sysno> PATH_CALLS =
      EnumSet.of(
          Sysno.OPEN,
          Sysno.CREAT,
          Sysno.OPENAT,
          Sysno.OPENAT2,
          Sysno.STAT,
          Sysno.LSTAT,
          Sysno.NEWFSTATAT,
          Sysno.STATX,
          Sysno.ACCESS,
          Sysno.FACCESSAT,
          Sysno.FACCESSAT2,
          Sysno.READLINK,
          Sysno.READLINKAT,
          Sysno.CHMOD,
          Sysno.FCHMODAT,
          Sysno.FCHMODAT2,
          Sysno.CHOWN,
          Sysno.LCHOWN,
          Sysno.FCHOWNAT,
          Sysno.TRUNCATE,
          Sysno.UTIME,
          Sysno.UTIMES,
          Sysno.FUTIMESAT,
          Sysno.UTIMENSAT,
          Sysno.SETXATTR,
          Sysno.LSETXATTR,
          Sysno.REMOVEXATTR,
          Sysno.LREMOVEXATTR,
          Sysno.GETXATTR,
          Sysno.LGETXATTR,
          Sysno.LISTXATTR,
          Sysno.LLISTXATTR,
          Sysno.SETXATTRAT,
          Sysno.GETXATTRAT,
          Sysno.LISTXATTRAT,
          Sysno.REMOVEXATTRAT,
          Sysno.STATFS,
          Sysno.NAME_TO_HANDLE_AT,
          Sysno.INOTIFY_ADD_WATCH,
          Sysno.OPEN_TREE,
          Sysno.MKDIR,
          Sysno.MKDIRAT,
          Sysno.MKNOD,
          Sysno.MKNODAT,
          Sysno.UNLINK,
          Sysno.UNLINKAT,
          Sysno.RMDIR,
          Sysno.RENAME,
          Sysno.RENAMEAT,
          Sysno.RENAMEAT2,
          Sysno.LINK,
          Sysno.LINKAT,
          Sysno.SYMLINK,
          Sysno.SYMLINKAT,
          Sysno.EXECVE,
          Sysno.EXECVEAT,
          Sysno.CHDIR,
          Sysno.CHROOT,
          Sysno.MOUNT,
          Sysno.UMOUNT2,
          Sysno.MOVE_MOUNT,
          Sysno.FSPICK);

  /** Calls on descriptors that change rights, or empty a file: they close or open windows. */
  public static final Set<Sysno> DESCRIPTOR_CALLS =
      EnumSet.of(Sysno.FCHMOD, Sysno.FCHOWN, Sysno.FSETXATTR, Sysno.FREMOVEXATTR, Sysno.FTRUNCATE);

  /** Decodes a stop; reads the victim's memory for the paths. */
  public static Operation of(Call call) {
    return switch (call.sysno()) {
      case OPEN -> open(call, AT_FDCWD, 0, call.intArg(1), 0);
      case CREAT -> open(call, AT_FDCWD, 0, O_CREAT | O_WRONLY | O_TRUNC, 0);
      case OPENAT -> open(call, call.intArg(0), 1, call.intArg(2), 0);
      case OPENAT2 -> open(call, call.intArg(0), 1, (int) call.word(2, 0), call.word(2, 16));
      case STAT, GETXATTR, LISTXATTR, STATFS -> one(Action.STAT, call, AT_FDCWD, 0, true);
      case LSTAT, LGETXATTR, LLISTXATTR -> one(Action.STAT, call, AT_FDCWD, 0, false);
      case NEWFSTATAT -> at(Action.STAT, call, 3);
      case STATX, GETXATTRAT, LISTXATTRAT -> at(Action.STAT, call, 2);
      case NAME_TO_HANDLE_AT ->
          one(Action.STAT, call, call.intArg(0), 1, (call.intArg(4) & AT_SYMLINK_FOLLOW) != 0);
      case INOTIFY_ADD_WATCH ->
          one(Action.STAT, call, AT_FDCWD, 1, (call.intArg(2) & IN_DONT_FOLLOW) == 0);
      case OPEN_TREE ->
          open(
              call,
              call.intArg(0),
              1,
              O_PATH | ((call.intArg(2) & AT_SYMLINK_NOFOLLOW) != 0 ? O_NOFOLLOW : 0),
              0);
      case ACCESS -> access(one(Action.ACCESS, call, AT_FDCWD, 0, true), call.intArg(1));
      case FACCESSAT -> access(one(Action.ACCESS, call, call.intArg(0), 1, true), call.intArg(2));
      case FACCESSAT2 -> access(at(Action.ACCESS, call, 3), call.intArg(2));
      case READLINK -> one(Action.READLINK, call, AT_FDCWD, 0, false);
      case READLINKAT -> one(Action.READLINK, call, call.intArg(0), 1, false);
      case CHMOD -> one(Action.CHMOD, call, AT_FDCWD, 0, true);
      case FCHMODAT -> one(Action.CHMOD, call, call.intArg(0), 1, true);
      case FCHMODAT2 -> at(Action.CHMOD, call, 3);
      case CHOWN -> one(Action.CHOWN, call, AT_FDCWD, 0, true);
      case LCHOWN -> one(Action.CHOWN, call, AT_FDCWD, 0, false);
      case FCHOWNAT -> at(Action.CHOWN, call, 4);
      case TRUNCATE -> one(Action.TRUNCATE, call, AT_FDCWD, 0, true);
      case UTIME, UTIMES -> one(Action.TIMES, call, AT_FDCWD, 0, true);
      case FUTIMESAT -> one(Action.TIMES, call, call.intArg(0), 1, true);
      case UTIMENSAT -> call.arg(1) == 0 ? none(Action.DESCRIPTOR) : at(Action.TIMES, call, 3);
      case SETXATTR, REMOVEXATTR -> one(Action.XATTR, call, AT_FDCWD, 0, true);
      case LSETXATTR, LREMOVEXATTR -> one(Action.XATTR, call, AT_FDCWD, 0, false);
      case SETXATTRAT, REMOVEXATTRAT -> at(Action.XATTR, call, 2);
      case MKDIR -> one(Action.MKDIR, call, AT_FDCWD, 0, false);
      case MKDIRAT -> one(Action.MKDIR, call, call.intArg(0), 1, false);
      case MKNOD -> one(Action.MKNOD, call, AT_FDCWD, 0, false);
      case MKNODAT -> one(Action.MKNOD, call, call.intArg(0), 1, false);
      case UNLINK -> one(Action.UNLINK, call, AT_FDCWD, 0, false);
      case UNLINKAT ->
          one(
              (call.intArg(2) & AT_REMOVEDIR) != 0 ? Action.RMDIR : Action.UNLINK,
              call,
              call.intArg(0),
              1,
              false);
      case RMDIR -> one(Action.RMDIR, call, AT_FDCWD, 0, false);
      case RENAME -> two(Action.RENAME, call, AT_FDCWD, 0, AT_FDCWD, 1, false);
      case RENAMEAT, RENAMEAT2 ->
          two(Action.RENAME, call, call.intArg(0), 1, call.intArg(2), 3, false);
      case LINK -> two(Action.LINK, call, AT_FDCWD, 0, AT_FDCWD, 1, false);
      case LINKAT ->
          two(
              Action.LINK,
              call,
              call.intArg(0),
              1,
              call.intArg(2),
              3,
              (call.intArg(4) & AT_SYMLINK_FOLLOW) != 0);
      case SYMLINK -> one(Action.SYMLINK, call, AT_FDCWD, 1, false);
      case SYMLINKAT -> one(Action.SYMLINK, call, call.intArg(1), 2, false);
      case EXECVE -> one(Action.EXEC, call, AT_FDCWD, 0, true);
      case EXECVEAT -> at(Action.EXEC, call, 4);
      case CHDIR -> one(Action.CHDIR, call, AT_FDCWD, 0, true);
      case CHROOT -> one(Action.CHROOT, call, AT_FDCWD, 0, true);
      case MOUNT -> one(Action.MOUNT, call, AT_FDCWD, 1, true);
      case UMOUNT2 -> one(Action.MOUNT, call, AT_FDCWD, 0, true);
      case MOVE_MOUNT -> two(Action.MOUNT, call, call.intArg(0), 1, call.intArg(2), 3, true);
      case FSPICK ->
          one(Action.MOUNT, call, call.intArg(0), 1, (call.intArg(2) & FSPICK_NO_FOLLOW) == 0);
      case SETUID, SETGID, SETREUID, SETREGID, SETRESUID, SETRESGID, SETFSUID, SETFSGID ->
          none(Action.IDENTITY);
      default -> none(Action.DESCRIPTOR);
    };
  }

  /** Who asks whether a name is there asks for nobody's rights. */
  private static Operation access(Operation operation, int mode) {
    return mode == 0 ? new Operation(Action.STAT, operation.operands(), 0, 0) : operation;
  }

  /** The same on other paths. */
  Operation on(List<Operand> others) {
    return new Operation(action, others, oflags, resolve);
  }

  private static Operation none(Action action) {
    return new Operation(action, List.of(), 0, 0);
  }

  /** The paths as the victim passed them, raw. */
  public List<String> names() {
    // An interpreter is named by the file, not by the call.
    return switch (action == Action.EXEC ? Math.min(1, operands.size()) : operands.size()) {
      case 0 -> List.of();
      case 1 -> List.of(Raw.of(operands.getFirst().path()));
      default -> operands.stream().map(o -> Raw.of(o.path())).toList();
    };
  }

  private static Operation open(Call call, int dirfd, int path, int oflags, long resolve) {
    boolean exclusive = (oflags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL);
    boolean follow = (oflags & O_NOFOLLOW) == 0 && !exclusive;
    byte @Nullable [] text = call.string(path);
    List<Operand> operands = text == null ? List.of() : List.of(new Operand(dirfd, text, follow));
    return new Operation(Action.OPEN, operands, oflags, resolve);
  }

  /** A call of the form {@code f(dirfd, path, …)} with flags that may forbid following. */
  private static Operation at(Action action, Call call, int flagsIndex) {
    int flags = call.intArg(flagsIndex);
    byte @Nullable [] text = call.string(1);
    if (text == null || (text.length == 0 && (flags & AT_EMPTY_PATH) != 0)) {
      // A question about a descriptor is no question about a name; a change is one by descriptor.
      return none(action.isCheck() ? action : Action.DESCRIPTOR);
    }
    boolean follow = (flags & AT_SYMLINK_NOFOLLOW) == 0;
    return new Operation(action, List.of(new Operand(call.intArg(0), text, follow)), 0, 0);
  }

  private static Operation one(Action action, Call call, int dirfd, int path, boolean follow) {
    byte @Nullable [] text = call.string(path);
    return text == null
        ? none(action)
        : new Operation(action, List.of(new Operand(dirfd, text, follow)), 0, 0);
  }

  private static Operation two(
      Action action, Call call, int dirfd, int path, int dirfd2, int path2, boolean follow) {
    byte @Nullable [] from = call.string(path);
    byte @Nullable [] to = call.string(path2);
    return from == null || to == null
        ? none(action)
        : new Operation(
            action,
            List.of(new Operand(dirfd, from, follow), new Operand(dirfd2, to, false)),
            0,
            0);
  }

  public boolean creates() {
    return (oflags & O_CREAT) != 0;
  }

  public boolean exclusive() {
    return creates() && (oflags & O_EXCL) != 0;
  }

  /** True if the call makes a new name, and fails where there is one (but for rename). */
  public boolean makesNew() {
    return switch (action) {
      case MKDIR, MKNOD, SYMLINK, LINK, RENAME -> true;
      default -> exclusive();
    };
  }

  /** True if the call opens a directory to read what stands in it. */
  public boolean lists() {
    return reads() && wantsDirectory();
  }

  public boolean writes() {
    return (oflags & Fcntl.O_ACCMODE) != Fcntl.O_RDONLY || (oflags & O_TRUNC) != 0;
  }

  public boolean reads() {
    return action == Action.OPEN
        && (oflags & O_PATH) == 0
        && (oflags & Fcntl.O_ACCMODE) != Fcntl.O_WRONLY;
  }

  public boolean wantsDirectory() {
    return (oflags & Fcntl.O_DIRECTORY) != 0;
  }

  public boolean mayBlock() {
    return action == Action.OPEN && (oflags & (Fcntl.O_NONBLOCK | O_PATH)) == 0;
  }
}
