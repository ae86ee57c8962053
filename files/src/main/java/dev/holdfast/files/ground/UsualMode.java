package dev.holdfast.files.ground;

import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Xattr;
import dev.holdfast.path.proc.ProcSelfFd;
import org.jspecify.annotations.Nullable;

/** The mode that open(2) and mkdir(2) give to what is made, acl(5). */
public final class UsualMode {
  private static final byte[] DEFAULT_ACL = Paths.bytes("system.posix_acl_default");

  /** Where it cannot be told whom the directory lets in. */
  private static final int OWNER_ONLY = 0700;

  private UsualMode() {}

  /**
   * What the umask leaves; or, if the directory has a default ACL, what that grants.
   *
   * @param dirfd the directory, by a descriptor of any sort
   * @param widest what is asked for, such as 0666
   */
  public static int in(int dirfd, int widest, int umask) {
    Result<byte[]> acl = Xattr.getxattr(ProcSelfFd.name(dirfd), DEFAULT_ACL);
    if (acl.failed()) {
      return widest & ~umask;
    }
    @Nullable Integer granted = PosixAcl.mode(acl.value());
    return widest & (granted == null ? OWNER_ONLY : granted);
  }
}
