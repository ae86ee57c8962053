package dev.holdfast.files.replace;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.LinuxFs;
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
      LinuxFs.FS_SECRM_FL
          | LinuxFs.FS_UNRM_FL
          | LinuxFs.FS_COMPR_FL
          | LinuxFs.FS_SYNC_FL
          | LinuxFs.FS_NODUMP_FL
          | LinuxFs.FS_NOATIME_FL
          | LinuxFs.FS_NOCOMP_FL
          | LinuxFs.FS_JOURNAL_DATA_FL
          | LinuxFs.FS_NOTAIL_FL
          | LinuxFs.FS_NOCOW_FL
          | LinuxFs.FS_DAX_FL;

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
    Result<Integer> flags = LinuxFs.getflags(fd);
    Result<LinuxFs.Fsxattr> project = LinuxFs.fsgetxattr(fd);
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
    Result<Integer> born = LinuxFs.getflags(fd);
    if (flags != null && born.ok()) {
      int wanted = (born.value() & ~KEPT) | (flags & KEPT);
      SyscallResult set =
          wanted == born.value() ? SyscallResult.SUCCESS : LinuxFs.setflags(fd, wanted);
      if (set.failed()) {
        missing.add(new Missing("flags", set));
      }
    }
    Result<LinuxFs.Fsxattr> bornFor = LinuxFs.fsgetxattr(fd);
    if (project != null && bornFor.ok() && bornFor.value().project() != project) {
      SyscallResult set =
          passesItsProjectOn(dirfd)
              // Such a directory takes no name of what is counted for another.
              ? SyscallResult.failure(Errno.EXDEV)
              : LinuxFs.setproject(fd, project);
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
    Result<LinuxFs.Fsxattr> says = LinuxFs.fsgetxattr(opened.intValue());
    Unistd.close(opened.intValue());
    return says.ok() && (says.value().xflags() & LinuxFs.FS_XFLAG_PROJINHERIT) != 0;
  }
}
