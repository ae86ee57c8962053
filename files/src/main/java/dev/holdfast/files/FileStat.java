package dev.holdfast.files;

import dev.holdfast.files.ground.Modes;
import dev.holdfast.files.ground.Principals;
import dev.holdfast.libc.Statx;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel said of one object at one moment, statx(2): a snapshot, taken from an open
 * descriptor unless a method says otherwise. It is also a {@link PosixFileAttributes}.
 *
 * <p><b>Guarantees.</b> All fields are of one object. <b>Remaining races.</b> Owner, mode, size and
 * times can have changed since. <b>Threads.</b> Immutable.
 */
@SuppressWarnings("exports") // who uses this needs no jspecify
public final class FileStat implements PosixFileAttributes {
  private final Statx statx;

  FileStat(Statx statx) {
    this.statx = statx;
  }

  Statx statx() {
    return statx;
  }

  public FileKind kind() {
    return FileKind.ofMode(statx.mode());
  }

  public int uid() {
    return statx.uid();
  }

  public int gid() {
    return statx.gid();
  }

  /** Permission, set-id and sticky bits, such as {@code 0644}. */
  public int mode() {
    return statx.permissions();
  }

  /** How many names the object has; 0 once the last is gone. */
  public int linkCount() {
    return statx.nlink();
  }

  public long inode() {
    return statx.inode();
  }

  /** The device, {@code st_dev}: comparable between stats taken while it stays mounted. */
  public long device() {
    return statx.device();
  }

  /** The device a device file stands for, major number. */
  public int deviceMajor() {
    return statx.rdevMajor();
  }

  /** The device a device file stands for, minor number. */
  public int deviceMinor() {
    return statx.rdevMinor();
  }

  /** The mount's number in {@code /proc/self/mountinfo}; 0 where the kernel does not say. */
  public long mountId() {
    return (statx.mask() & Statx.STATX_MNT_ID) == 0 ? 0 : statx.mountId();
  }

  /** Bytes of storage in use, which holes make less than the size. */
  public long allocatedBytes() {
    return statx.blocks() * 512;
  }

  public boolean isImmutable() {
    return (statx.attributes() & Statx.STATX_ATTR_IMMUTABLE) != 0;
  }

  public boolean isAppendOnly() {
    return (statx.attributes() & Statx.STATX_ATTR_APPEND) != 0;
  }

  /**
   * True if both describe the object with one inode number on one device: see {@link FileIdentity}
   * for why this alone proves little across time.
   */
  public boolean sameInode(FileStat other) {
    return statx.sameObject(other.statx);
  }

  @Override
  public long size() {
    return statx.size();
  }

  @Override
  public FileTime lastModifiedTime() {
    return time(statx.mtimeSeconds(), statx.mtimeNanos());
  }

  @Override
  public FileTime lastAccessTime() {
    return time(statx.atimeSeconds(), statx.atimeNanos());
  }

  /** When owner, mode, names or contents changed last: nobody can set it back. */
  public FileTime lastChangeTime() {
    return time(statx.ctimeSeconds(), statx.ctimeNanos());
  }

  /** The birth time; where the file system keeps none, the last modification. */
  @Override
  public FileTime creationTime() {
    FileTime birth = birthTime();
    return birth == null ? lastModifiedTime() : birth;
  }

  /** The birth time, or null where the file system keeps none. */
  public @Nullable FileTime birthTime() {
    return (statx.mask() & Statx.STATX_BTIME) == 0
        ? null
        : time(statx.btimeSeconds(), statx.btimeNanos());
  }

  private static FileTime time(long seconds, int nanos) {
    return FileTime.from(Instant.ofEpochSecond(seconds, nanos));
  }

  @Override
  public boolean isRegularFile() {
    return statx.isRegular();
  }

  @Override
  public boolean isDirectory() {
    return statx.isDirectory();
  }

  @Override
  public boolean isSymbolicLink() {
    return statx.isSymlink();
  }

  @Override
  public boolean isOther() {
    return !isRegularFile() && !isDirectory() && !isSymbolicLink();
  }

  /** Device and inode. Equal keys do not prove one object across time: see {@link FileIdentity}. */
  @Override
  public Object fileKey() {
    return new Key(device(), inode());
  }

  private record Key(long device, long inode) {}

  @Override
  public UserPrincipal owner() {
    return new Principals.User(uid());
  }

  @Override
  public GroupPrincipal group() {
    return new Principals.Group(gid());
  }

  @Override
  public Set<PosixFilePermission> permissions() {
    return Modes.permissions(mode());
  }

  /** The permission bits of a set, such as {@code 0644}. */
  public static int mode(Set<PosixFilePermission> permissions) {
    return Modes.of(permissions);
  }

  @Override
  public String toString() {
    return "%s %s uid %d gid %d links %d size %d inode %d on %d:%d"
        .formatted(
            kind(),
            Modes.octal(mode()),
            uid(),
            gid(),
            linkCount(),
            size(),
            inode(),
            statx.devMajor(),
            statx.devMinor());
  }
}
