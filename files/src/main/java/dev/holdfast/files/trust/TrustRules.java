package dev.holdfast.files.trust;

import dev.holdfast.files.ground.Accounts;
import dev.holdfast.files.ground.PosixAcl;
import dev.holdfast.files.trust.TrustReason.Kind;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.Xattr;
import dev.holdfast.path.proc.Mounts;
import dev.holdfast.path.proc.ProcSelfFd;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** The rules by which {@link Trust} judges one pinned component. Threads: one at a time. */
final class TrustRules {
  private static final byte[] ACL = Paths.bytes("system.posix_acl_access");

  private final Trust trust;
  private final Mounts mounts;
  private final Accounts accounts = new Accounts();

  TrustRules(Trust trust) throws IOException {
    this.trust = trust;
    this.mounts = Mounts.read();
  }

  Mounts.@Nullable Mount mount(Statx stat) {
    return mounts.byId(stat.mountId());
  }

  /**
   * @param in the directory that has the entry, null for the root
   * @param last whether it is the object itself, whose contents matter
   */
  List<TrustReason> judge(int fd, Statx stat, @Nullable Statx in, boolean last) throws IOException {
    List<TrustReason> reasons = new ArrayList<>();
    if (!trust.trusts(stat.uid())) {
      boolean shared = in != null && isSharedSticky(in);
      if (!stat.isSymlink()) {
        reasons.add(
            new TrustReason(
                Kind.OWNER,
                Accounts.user(stat.uid()),
                "give itself any right to it, and change it"));
      }
      if (shared) {
        reasons.add(
            new TrustReason(
                Kind.SHARED_ENTRY, Accounts.user(stat.uid()), "replace it: it is its own there"));
      }
    }
    if (!stat.isSymlink()) {
      writers(fd, stat, reasons);
    }
    links(stat, in, last, reasons);
    mounted(stat, reasons);
    return reasons;
  }

  /** Sticky, and somebody else may make entries. */
  private static boolean isSharedSticky(Statx directory) {
    return (directory.mode() & Statx.S_ISVTX) != 0 && (directory.mode() & 0022) != 0;
  }

  /** What can be said of a name that is not there. */
  List<TrustReason> judgeAbsent(Statx in) {
    return trust.level() == Trust.Level.STICKY && isSharedSticky(in)
        ? List.of(
            new TrustReason(
                Kind.SHARED_ABSENT, "anybody", "make it first: the directory is shared"))
        : List.of();
  }

  private void writers(int fd, Statx stat, List<TrustReason> reasons) throws IOException {
    if (stat.isDirectory()
        && trust.level() == Trust.Level.STICKY
        && (stat.mode() & Statx.S_ISVTX) != 0) {
      // Others may make entries here, and replace only their own: the next component tells.
      return;
    }
    // Making and replacing entries needs search permission, too.
    int needed = stat.isDirectory() ? 3 : 2;
    String could = stat.isDirectory() ? "replace any entry in it" : "change what is in it";
    int mode = stat.permissions();
    if ((mode & needed) == needed) {
      reasons.add(new TrustReason(Kind.OTHERS, "anybody", could));
    }
    Result<byte[]> raw = Xattr.getxattr(ProcSelfFd.name(fd), ACL);
    if (raw.ok()) {
      PosixAcl acl = PosixAcl.parse(raw.value());
      if (acl == null) {
        reasons.add(unreadable("is in an unknown format"));
      } else {
        listed(stat, acl, needed, could, reasons);
      }
      return;
    }
    if (!raw.is(Errno.ENODATA) && !raw.is(Errno.EOPNOTSUPP)) {
      reasons.add(unreadable("could not be read (" + raw.errno() + ")"));
    }
    if ((mode >> 3 & needed) == needed) {
      group(stat.gid(), Kind.GROUP, could, reasons);
    }
  }

  private static TrustReason unreadable(String why) {
    return new TrustReason(
        Kind.ACL_UNKNOWN, "whoever its access control list names", "do anything: it " + why);
  }

  private void listed(Statx stat, PosixAcl acl, int needed, String could, List<TrustReason> reasons)
      throws IOException {
    for (PosixAcl.Entry entry : acl.entries()) {
      if ((entry.permissions() & needed) != needed) {
        continue;
      }
      if (!entry.user()) {
        boolean own = entry.id() == -1;
        group(own ? stat.gid() : entry.id(), own ? Kind.GROUP : Kind.ACL, could, reasons);
      } else if (!trust.trusts(entry.id())) {
        reasons.add(new TrustReason(Kind.ACL, Accounts.user(entry.id()), could));
      }
    }
  }

  private void group(int gid, Kind kind, String could, List<TrustReason> reasons)
      throws IOException {
    Set<Integer> members = accounts.members(gid);
    String name = Accounts.group(gid);
    if (members == null) {
      reasons.add(
          new TrustReason(
              Kind.GROUP_UNKNOWN, name, could + "; its members are kept where not all are listed"));
      return;
    }
    StringJoiner strangers = new StringJoiner(", ", name + ": ", "");
    boolean any = false;
    for (int uid : members) {
      if (!trust.trusts(uid)) {
        strangers.add(Accounts.user(uid));
        any = true;
      }
    }
    if (any) {
      reasons.add(new TrustReason(kind, strangers.toString(), could));
    }
  }

  private void links(Statx stat, @Nullable Statx in, boolean last, List<TrustReason> reasons) {
    if (!last || stat.isDirectory() || stat.nlink() <= 1) {
      return;
    }
    String names = "reach it by another of its " + stat.nlink() + " names";
    if (trust.level() == Trust.Level.STRICT) {
      reasons.add(new TrustReason(Kind.HARD_LINK, "whoever has one", names));
    } else if (in != null && isSharedSticky(in)) {
      reasons.add(
          new TrustReason(
              Kind.SHARED_HARD_LINK, "anybody", "have linked somebody else's file here"));
    }
  }

  private void mounted(Statx stat, List<TrustReason> reasons) {
    Mounts.Mount mount = mount(stat);
    if (mount == null) {
      return;
    }
    Integer runner = mount.isFuse() ? mount.number("user_id") : null;
    if (runner != null && !trust.trusts(runner)) {
      reasons.add(
          new TrustReason(
              Kind.MOUNT, Accounts.user(runner), "show anything: it runs this file system"));
    }
    if (trust.level() == Trust.Level.STRICT && mount.isRemote()) {
      reasons.add(
          new TrustReason(
              Kind.SERVER,
              "whoever the server lets",
              "change it or give it away: " + mount.type() + " does not have this kernel decide"));
    }
  }
}
