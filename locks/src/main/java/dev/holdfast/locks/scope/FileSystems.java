package dev.holdfast.locks.scope;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statfs;
import dev.holdfast.libc.SyscallResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** What is known of the file systems that locks are on, {@code <linux/magic.h>}. */
public final class FileSystems {
  /** Who keeps the locks of a file system. */
  public enum Reach {
    /** The kernel of this machine, which alone can reach the files. */
    LOCAL,
    /** A stack of local file systems, in which one name may stand for two files. */
    OVERLAY,
    /** A program of this machine, which may not keep any. */
    USER_SPACE,
    /** Perhaps a server, perhaps nobody: other machines reach the files too. */
    NETWORK,
    UNKNOWN
  }

  public record Known(String name, Reach reach) {
    /** True if the kernel of this machine alone keeps the locks of its files. */
    public boolean isLocal() {
      return reach == Reach.LOCAL;
    }

    /** True if no other machine can reach its files: also an overlay, whose top is local. */
    public boolean isOfThisMachine() {
      return reach == Reach.LOCAL || reach == Reach.OVERLAY;
    }
  }

  private static final long RAMFS_MAGIC = 0x858458f6L;
  private static final long BCACHEFS_MAGIC = 0xca451a4eL;
  private static final long ZFS_MAGIC = 0x2fc12fc1;
  private static final long EXFAT_MAGIC = 0x2011BAB0;
  private static final long NTFS3_MAGIC = 0x7366746e;
  private static final long SMB_MAGIC = 0x517B;
  private static final long CEPH_MAGIC = 0x00c36400;
  private static final long AFS_MAGIC = 0x5346414F;
  private static final long CODA_MAGIC = 0x73757245;
  private static final long V9FS_MAGIC = 0x01021997;
  private static final long GFS2_MAGIC = 0x01161970;
  private static final long OCFS2_MAGIC = 0x7461636f;
  private static final long LUSTRE_MAGIC = 0x0BD00BD0;

  private static final Map<Long, Known> KNOWN =
      Map.ofEntries(
          Map.entry(Statfs.EXT4_SUPER_MAGIC, new Known("ext", Reach.LOCAL)),
          Map.entry(Statfs.TMPFS_MAGIC, new Known("tmpfs", Reach.LOCAL)),
          Map.entry(RAMFS_MAGIC, new Known("ramfs", Reach.LOCAL)),
          Map.entry(Statfs.XFS_SUPER_MAGIC, new Known("xfs", Reach.LOCAL)),
          Map.entry(Statfs.BTRFS_SUPER_MAGIC, new Known("btrfs", Reach.LOCAL)),
          Map.entry(Statfs.F2FS_SUPER_MAGIC, new Known("f2fs", Reach.LOCAL)),
          Map.entry(BCACHEFS_MAGIC, new Known("bcachefs", Reach.LOCAL)),
          Map.entry(ZFS_MAGIC, new Known("zfs", Reach.LOCAL)),
          Map.entry(Statfs.MSDOS_SUPER_MAGIC, new Known("fat", Reach.LOCAL)),
          Map.entry(EXFAT_MAGIC, new Known("exfat", Reach.LOCAL)),
          Map.entry(NTFS3_MAGIC, new Known("ntfs3", Reach.LOCAL)),
          Map.entry(Statfs.OVERLAYFS_SUPER_MAGIC, new Known("overlay", Reach.OVERLAY)),
          Map.entry(Statfs.FUSE_SUPER_MAGIC, new Known("fuse", Reach.USER_SPACE)),
          Map.entry(Statfs.NFS_SUPER_MAGIC, new Known("nfs", Reach.NETWORK)),
          Map.entry(SMB_MAGIC, new Known("smb", Reach.NETWORK)),
          Map.entry(Statfs.CIFS_MAGIC_NUMBER, new Known("cifs", Reach.NETWORK)),
          Map.entry(Statfs.SMB2_MAGIC_NUMBER, new Known("smb2", Reach.NETWORK)),
          Map.entry(CEPH_MAGIC, new Known("ceph", Reach.NETWORK)),
          Map.entry(AFS_MAGIC, new Known("afs", Reach.NETWORK)),
          Map.entry(CODA_MAGIC, new Known("coda", Reach.NETWORK)),
          Map.entry(V9FS_MAGIC, new Known("9p", Reach.NETWORK)),
          Map.entry(GFS2_MAGIC, new Known("gfs2", Reach.NETWORK)),
          Map.entry(OCFS2_MAGIC, new Known("ocfs2", Reach.NETWORK)),
          Map.entry(LUSTRE_MAGIC, new Known("lustre", Reach.NETWORK)));

  private FileSystems() {}

  /** The file system of the directory that a file is in, or would be in. */
  public static Known of(Path path) throws IOException {
    Path parent = path.toAbsolutePath().getParent();
    Path directory = parent == null ? path : parent;
    byte[] name = Paths.bytes(directory);
    SyscallResult opened = Fcntl.openat(Fcntl.AT_FDCWD, name, Fcntl.O_PATH | Fcntl.O_DIRECTORY, 0);
    try (OwnedFd owned = OwnedFd.of(opened, "open", directory.toString())) {
      int fd = owned.borrow();
      try {
        return of(fd);
      } finally {
        owned.giveBack();
      }
    }
  }

  /** The file system of an open file. */
  public static Known of(int fd) {
    Result<Statfs> answer = Statfs.fstatfs(fd);
    if (answer.failed()) {
      return new Known("unknown", Reach.UNKNOWN);
    }
    long type = answer.value().type();
    Known known = KNOWN.get(type);
    return known != null ? known : new Known("0x" + Long.toHexString(type), Reach.UNKNOWN);
  }
}
