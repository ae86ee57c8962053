package dev.holdfast.files;

import dev.holdfast.libc.FileHandles;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statfs;
import dev.holdfast.libc.Statx;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who an object is, past its inode number (F09): an inode number is given to a new file as soon as
 * the last name and descriptor of the old one are gone, so that a program that slept in between
 * cannot tell them apart by it (S08).
 *
 * <p><b>Guarantees.</b> Identities that do not {@link #matches match} are different objects. Those
 * that do are the same object as far as {@link #strength} says; {@link Strength#HANDLE} is proof on
 * one mounted file system. While a descriptor of the object is held its inode number cannot be
 * recycled, so that comparing against a held file is proof at any strength.
 *
 * <p><b>Remaining races.</b> With {@link Strength#BIRTH_TIME}, an inode number recycled within one
 * tick of the file system's clock, or a clock that was set back. A disk image that was put back to
 * an earlier state (a snapshot) has the same identities again.
 *
 * <p><b>Threads.</b> Immutable. <b>Sources.</b> statx(2), name_to_handle_at(2), ioctl_iflags and
 * {@code FS_IOC_GETVERSION}; the "cryogenic sleep" attack of Olaf Kirch.
 */
@SuppressWarnings("exports") // who uses this needs no jspecify
public final class FileIdentity {

  /** What can tell two lives of one inode number apart here. Later ones are stronger. */
  public enum Strength {
    /** Nothing: device and inode number only, which are recycled. */
    INODE_ONLY("device and inode number only: they are recycled"),
    /** The moment of birth, to the file system's clock tick. */
    BIRTH_TIME("the birth time, up to one tick of the file system's clock"),
    /** The inode's generation, which the file system changes with each life. */
    GENERATION("the inode's generation"),
    /** The kernel's file handle, which is never given to another object. */
    HANDLE("the kernel's file handle with the inode's generation");

    private final String description;

    Strength(String description) {
      this.description = description;
    }

    public String description() {
      return description;
    }
  }

  private final Statx statx;
  private final long fileSystemType;
  private final @Nullable Integer generation;
  private final FileHandles.@Nullable Handle handle;

  private FileIdentity(
      Statx statx,
      long fileSystemType,
      @Nullable Integer generation,
      FileHandles.@Nullable Handle handle) {
    this.statx = statx;
    this.fileSystemType = fileSystemType;
    this.generation = generation;
    this.handle = handle;
  }

  /** Of an open descriptor, O_PATH ones too. */
  static FileIdentity ofDescriptor(int fd, String path) throws IOException {
    Statx statx = Statx.fstat(fd).orThrow("statx", path);
    Result<Statfs> fileSystem = Statfs.fstatfs(fd);
    Result<FileHandles.Handle> handle = FileHandles.name_to_handle_at(fd);
    // Asking a device for its "version" would be some other ioctl to its driver.
    Result<Integer> generation =
        statx.isRegular() || statx.isDirectory()
            ? FileHandles.getversion(fd)
            : Result.failure(dev.holdfast.libc.Errno.ENOTTY);
    return new FileIdentity(
        statx,
        fileSystem.ok() ? fileSystem.value().type() : 0,
        generation.valueOrNull(),
        handle.valueOrNull());
  }

  /** How much an equal identity proves on the file system at hand. */
  public Strength strength() {
    if (handle != null && handleIsUnique()) {
      return Strength.HANDLE;
    }
    if (generation != null && generation != 0) {
      return Strength.GENERATION;
    }
    return birthKnown() ? Strength.BIRTH_TIME : Strength.INODE_ONLY;
  }

  /**
   * File systems whose handles carry a generation that is drawn anew for each life of an inode.
   * Others may give a handle that is the bare inode number.
   */
  private boolean handleIsUnique() {
    return fileSystemType == Statfs.EXT4_SUPER_MAGIC
        || fileSystemType == Statfs.XFS_SUPER_MAGIC
        || fileSystemType == Statfs.BTRFS_SUPER_MAGIC
        || fileSystemType == Statfs.F2FS_SUPER_MAGIC
        || fileSystemType == Statfs.TMPFS_MAGIC;
  }

  private boolean birthKnown() {
    return (statx.mask() & Statx.STATX_BTIME) != 0;
  }

  public long device() {
    return statx.device();
  }

  public long inode() {
    return statx.inode();
  }

  /** The mount it was reached by; 0 where the kernel does not say. Not part of equality. */
  public long mountId() {
    return new FileStat(statx).mountId();
  }

  /**
   * True if nothing tells the two apart. What one of them could not be asked for is no difference:
   * a descriptor without read access has no generation to show.
   */
  public boolean matches(FileIdentity other) {
    return statx.sameObject(other.statx)
        && statx.type() == other.statx.type()
        && (!birthKnown() || !other.birthKnown() || birth().equals(other.birth()))
        && (generation == null || other.generation == null || generation.equals(other.generation))
        && (handle == null || other.handle == null || sameHandle(handle, other.handle));
  }

  /** True if the two match and that is as good as proof that they are one object. */
  public boolean provesSame(FileIdentity other) {
    return matches(other)
        && strength().compareTo(Strength.GENERATION) >= 0
        && other.strength() == strength();
  }

  private Birth birth() {
    return new Birth(statx.btimeSeconds(), statx.btimeNanos());
  }

  private record Birth(long seconds, int nanos) {}

  private static boolean sameHandle(FileHandles.Handle one, FileHandles.Handle two) {
    return one.type() == two.type() && Arrays.equals(one.bytes(), two.bytes());
  }

  /** All that is known is equal: stricter than {@link #matches}. */
  @Override
  public boolean equals(@Nullable Object object) {
    return object instanceof FileIdentity other
        && matches(other)
        && birthKnown() == other.birthKnown()
        && Objects.equals(generation, other.generation)
        && (handle == null) == (other.handle == null);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(statx.inode()) * 31 + Long.hashCode(statx.device());
  }

  @Override
  public String toString() {
    return "inode %d on %d:%d%s%s%s"
        .formatted(
            statx.inode(),
            statx.devMajor(),
            statx.devMinor(),
            birthKnown() ? " born %d.%09d".formatted(statx.btimeSeconds(), statx.btimeNanos()) : "",
            generation == null ? "" : " generation " + Integer.toHexString(generation),
            handle == null ? "" : " handle " + HexFormat.of().formatHex(handle.bytes()));
  }
}
