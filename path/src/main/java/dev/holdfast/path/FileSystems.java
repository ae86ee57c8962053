package dev.holdfast.path;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statfs;
import dev.holdfast.libc.SyscallResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What is known of file systems, by the number that statfs(2) gives ({@code <linux/magic.h>}) and
 * by the name that stands in the table of mounts. Threads: safe for all.
 */
public final class FileSystems {
  /** Who can reach the files, and so who could keep their locks and decide about their rights. */
  public enum Reach {
    /** The kernel of this machine, which alone can reach the files. */
    LOCAL,
    /** A stack of local file systems, in which one name may stand for two files. */
    OVERLAY,
    /** A program of this machine, which may not keep any locks. */
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

    /** True if somebody else than this kernel decides who may do what. */
    public boolean isRemote() {
      return reach == Reach.NETWORK || reach == Reach.USER_SPACE;
    }
  }

  private static final Map<Long, Known> BY_NUMBER = new HashMap<>();
  private static final Map<String, Known> BY_TYPE = new HashMap<>();

  static {
    add(Reach.LOCAL, "ext", Statfs.EXT4_SUPER_MAGIC, "ext2", "ext3", "ext4");
    add(Reach.LOCAL, "tmpfs", Statfs.TMPFS_MAGIC);
    add(Reach.LOCAL, "ramfs", 0x858458f6L);
    add(Reach.LOCAL, "xfs", Statfs.XFS_SUPER_MAGIC);
    add(Reach.LOCAL, "btrfs", Statfs.BTRFS_SUPER_MAGIC);
    add(Reach.LOCAL, "f2fs", Statfs.F2FS_SUPER_MAGIC);
    add(Reach.LOCAL, "bcachefs", 0xca451a4eL);
    add(Reach.LOCAL, "zfs", 0x2fc12fc1);
    add(Reach.LOCAL, "fat", Statfs.MSDOS_SUPER_MAGIC, "vfat", "msdos");
    add(Reach.LOCAL, "exfat", 0x2011BAB0);
    add(Reach.LOCAL, "ntfs3", 0x7366746e);
    add(Reach.OVERLAY, "overlay", Statfs.OVERLAYFS_SUPER_MAGIC);
    add(Reach.USER_SPACE, "fuse", Statfs.FUSE_SUPER_MAGIC, "fuseblk", "virtiofs", "davfs");
    add(Reach.NETWORK, "nfs", Statfs.NFS_SUPER_MAGIC, "nfs4");
    add(Reach.NETWORK, "smb", 0x517B, "smbfs");
    add(Reach.NETWORK, "cifs", Statfs.CIFS_MAGIC_NUMBER);
    add(Reach.NETWORK, "smb2", Statfs.SMB2_MAGIC_NUMBER, "smb3");
    add(Reach.NETWORK, "ceph", 0x00c36400);
    add(Reach.NETWORK, "afs", 0x5346414F);
    add(Reach.NETWORK, "coda", 0x73757245);
    add(Reach.NETWORK, "9p", 0x01021997);
    add(Reach.NETWORK, "gfs2", 0x01161970);
    add(Reach.NETWORK, "ocfs2", 0x7461636f);
    add(Reach.NETWORK, "lustre", 0x0BD00BD0);
    add(Reach.NETWORK, "orangefs", 0x20030528);
    add(Reach.NETWORK, "vboxsf", 0x786f4256);
  }

  private FileSystems() {}

  private static void add(Reach reach, String name, long number, String... types) {
    Known known = new Known(name, reach);
    BY_NUMBER.put(number, known);
    List<String> all = new ArrayList<>(List.of(types));
    all.add(name);
    all.forEach(type -> BY_TYPE.put(type, known));
  }

  /** The file system of the directory that a file is in, or would be in. */
  public static Known of(Path path) throws IOException {
    Path parent = path.toAbsolutePath().getParent();
    Path directory = parent == null ? path : parent;
    byte[] name = Paths.bytes(directory);
    SyscallResult opened = Fcntl.openat(Fcntl.AT_FDCWD, name, Fcntl.O_PATH | Fcntl.O_DIRECTORY, 0);
    try (OwnedFd owned = OwnedFd.of(opened, "open", directory.toString());
        OwnedFd.Use use = owned.use()) {
      return of(use.fd());
    }
  }

  /** The file system of an open file. */
  public static Known of(int fd) {
    Result<Statfs> answer = Statfs.fstatfs(fd);
    if (answer.failed()) {
      return new Known("unknown", Reach.UNKNOWN);
    }
    long number = answer.value().type();
    Known known = BY_NUMBER.get(number);
    return known != null ? known : new Known("0x" + Long.toHexString(number), Reach.UNKNOWN);
  }

  /** One that is called this in the table of mounts. */
  public static Known ofType(String type) {
    Known known = BY_TYPE.get(type.startsWith("fuse.") ? "fuse" : type);
    return known != null ? known : new Known(type, Reach.UNKNOWN);
  }
}
