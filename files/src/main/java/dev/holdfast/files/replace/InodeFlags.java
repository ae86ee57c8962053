package dev.holdfast.files.replace;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.FileFlags;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.path.proc.ProcSelfFd;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What chattr(1) and project quotas say of a file, as far as a file that replaces it is to have it.
 *
 * @param flags null where they are not known, or there are none
 * @param project null likewise
 */
record InodeFlags(@Nullable Integer flags, @Nullable Integer project) {
  static final InodeFlags UNKNOWN = new InodeFlags(null, null);

  /** Not those that tell how an inode is stored, nor those that forbid to replace it. */
  private static final int KEPT =
      FileFlags.FS_SECRM_FL
          | FileFlags.FS_UNRM_FL
          | FileFlags.FS_COMPR_FL
          | FileFlags.FS_SYNC_FL
          | FileFlags.FS_NODUMP_FL
          | FileFlags.FS_NOATIME_FL
          | FileFlags.FS_NOCOMP_FL
          | FileFlags.FS_JOURNAL_DATA_FL
          | FileFlags.FS_NOTAIL_FL
          | FileFlags.FS_NOCOW_FL
          | FileFlags.FS_DAX_FL;

  private static final byte[] SELF = {'.'};

  /** What went wrong. */
  record Missing(String what, SyscallResult why) {}

  /** Of a regular file that is held. Of one that may not be read they are not known. */
  static InodeFlags ofHeld(int held) {
    SyscallResult opened =
        ProcSelfFd.open(held, Fcntl.O_RDONLY | Fcntl.O_NONBLOCK | Fcntl.O_NOCTTY);
    if (opened.failed()) {
      return UNKNOWN;
    }
    int fd = opened.intValue();
    Result<Integer> flags = FileFlags.getflags(fd);
    Result<FileFlags.Fsxattr> project = FileFlags.fsgetxattr(fd);
    Unistd.close(fd);
    return new InodeFlags(
        flags.valueOrNull(), project.ok() ? Integer.valueOf(project.value().project()) : null);
  }

  /**
   * Gives them to a new file, which must be empty yet: copying on write and compression are
   * forbidden, or asked for, before there is anything to copy or to compress.
   *
   * @param dirfd the directory that it is to have a name in
   * @return what it cannot be given
   */
  List<Missing> giveTo(int fd, int dirfd) {
    List<Missing> missing = new ArrayList<>();
    Result<Integer> born = FileFlags.getflags(fd);
    if (flags != null && born.ok()) {
      int wanted = (born.value() & ~KEPT) | (flags & KEPT);
      SyscallResult set =
          wanted == born.value() ? SyscallResult.SUCCESS : FileFlags.setflags(fd, wanted);
      if (set.failed()) {
        missing.add(new Missing("flags", set));
      }
    }
    Result<FileFlags.Fsxattr> bornFor = FileFlags.fsgetxattr(fd);
    if (project != null && bornFor.ok() && bornFor.value().project() != project) {
      SyscallResult set =
          passesItsProjectOn(dirfd)
              // Such a directory takes no name of what is counted for another.
              ? SyscallResult.failure(Errno.EXDEV)
              : FileFlags.setproject(fd, project);
      if (set.failed()) {
        missing.add(new Missing("project", set));
      }
    }
    return missing;
  }

  private static boolean passesItsProjectOn(int dirfd) {
    SyscallResult opened = Fcntl.openat(dirfd, SELF, Fcntl.O_RDONLY | Fcntl.O_DIRECTORY, 0);
    if (opened.failed()) {
      return false;
    }
    Result<FileFlags.Fsxattr> says = FileFlags.fsgetxattr(opened.intValue());
    Unistd.close(opened.intValue());
    return says.ok() && (says.value().xflags() & FileFlags.FS_XFLAG_PROJINHERIT) != 0;
  }
}
