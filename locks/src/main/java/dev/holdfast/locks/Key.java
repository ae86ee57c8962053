package dev.holdfast.locks;

import dev.holdfast.libc.DeviceNumber;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What is locked, whatever name it was reached by: the identity that orders a set of locks and that
 * makes two {@link HostLock} objects the same lock.
 *
 * <p>The order is total and the same in every process of the machine: kind, engine, device, inode,
 * name, start of the range, length. A length of 0 means to the end of the file.
 */
@SuppressWarnings("exports") // who uses this needs no jspecify
public final class Key implements Comparable<Key> {
  private final Kind kind;
  private final String engine;
  private final long device;
  private final long inode;
  private final byte[] name;
  private final long start;
  private final long length;

  /**
   * @param engine where past one machine: which server; else empty
   * @param device of the file, or of the directory that {@code name} is in; 0 if there is none
   * @param name bytes of the name where the name is what is locked; else empty
   */
  public Key(
      Kind kind, String engine, long device, long inode, byte[] name, long start, long length) {
    this.kind = kind;
    this.engine = engine;
    this.device = device;
    this.inode = inode;
    this.name = name.clone();
    this.start = start;
    this.length = length;
  }

  public static Key ofFile(Kind kind, long device, long inode, long start, long length) {
    return new Key(kind, "", device, inode, new byte[0], start, length);
  }

  public static Key ofName(Kind kind, long directoryDevice, long directoryInode, byte[] name) {
    return new Key(kind, "", directoryDevice, directoryInode, name, 0, 0);
  }

  public Kind kind() {
    return kind;
  }

  public long device() {
    return device;
  }

  public long inode() {
    return inode;
  }

  public long start() {
    return start;
  }

  public long length() {
    return length;
  }

  /**
   * True if both are on the same file, see each other, and their ranges have a byte in common.
   * Kinds of one {@link Kind#family} do.
   */
  public boolean overlaps(Key other) {
    // What most often differs is asked first: a thread may hold thousands.
    return start < end(other)
        && other.start < end(this)
        && inode == other.inode
        && device == other.device
        && Arrays.equals(name, other.name)
        && engine.equals(other.engine)
        && kind.family().equals(other.kind.family());
  }

  private static long end(Key key) {
    return key.length == 0 ? Long.MAX_VALUE : key.start + key.length;
  }

  @Override
  public int compareTo(Key other) {
    int order = Kinds.ORDER.compare(kind, other.kind);
    order = order != 0 ? order : engine.compareTo(other.engine);
    order = order != 0 ? order : Long.compareUnsigned(device, other.device);
    order = order != 0 ? order : Long.compareUnsigned(inode, other.inode);
    order = order != 0 ? order : Arrays.compareUnsigned(name, other.name);
    order = order != 0 ? order : Long.compare(start, other.start);
    return order != 0 ? order : Long.compareUnsigned(length - 1, other.length - 1);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Key key
        && start == key.start
        && inode == key.inode
        && compareTo(key) == 0;
  }

  @Override
  public int hashCode() {
    int hash = kind.word().hashCode() * 31 + Long.hashCode(device);
    hash = hash * 31 + Long.hashCode(inode);
    hash = hash * 31 + Arrays.hashCode(name);
    return hash * 31 + Long.hashCode(start * 31 + length);
  }

  @Override
  public String toString() {
    String where =
        name.length > 0
            ? new String(name, java.nio.charset.StandardCharsets.UTF_8)
            : DeviceNumber.major(device) + ":" + DeviceNumber.minor(device) + " inode " + inode;
    return kind.word()
        + " "
        + where
        + (length == 0 && start == 0
            ? ""
            : " [" + start + "," + (length == 0 ? "∞" : start + length) + ")");
  }
}
