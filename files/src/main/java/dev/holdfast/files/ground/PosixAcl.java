package dev.holdfast.files.ground;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A POSIX access ACL as the kernel keeps it in {@code system.posix_acl_access}, acl(5).
 *
 * @param entries those that grant something after the mask, without the owner's and the others'
 */
public record PosixAcl(List<Entry> entries) {
  /** {@code include/uapi/linux/posix_acl_xattr.h}. */
  private static final int VERSION = 2;

  private static final int USER_OBJ = 0x01;
  private static final int USER = 0x02;
  private static final int GROUP_OBJ = 0x04;
  private static final int GROUP = 0x08;
  private static final int MASK = 0x10;
  private static final int OTHER = 0x20;

  /**
   * What one user or group may do.
   *
   * @param user else a group
   * @param id -1 stands for the object's own group
   * @param permissions the bits rwx, masked
   */
  public record Entry(boolean user, int id, int permissions) {}

  public PosixAcl {
    entries = List.copyOf(entries);
  }

  /**
   * The permission bits that stand for an ACL, acl(5): those of the owner, of the mask or else of
   * the group, and of everybody else. Null if the attribute is in a format that is not known.
   */
  static @Nullable Integer mode(byte[] value) {
    ByteBuffer buffer = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
    if (value.length < 4 || (value.length - 4) % 8 != 0 || buffer.getInt() != VERSION) {
      return null;
    }
    int owner = 0;
    int group = 0;
    int mask = -1;
    int other = 0;
    while (buffer.hasRemaining()) {
      int tag = buffer.getShort();
      int permissions = buffer.getShort() & 7;
      buffer.getInt();
      switch (tag) {
        case USER_OBJ -> owner = permissions;
        case GROUP_OBJ -> group = permissions;
        case MASK -> mask = permissions;
        case OTHER -> other = permissions;
        default -> {}
      }
    }
    return owner << 6 | (mask < 0 ? group : mask) << 3 | other;
  }

  /** Null if the attribute is in a format that is not known. */
  public static @Nullable PosixAcl parse(byte[] value) {
    ByteBuffer buffer = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
    if (value.length < 4 || (value.length - 4) % 8 != 0 || buffer.getInt() != VERSION) {
      return null;
    }
    List<Entry> unmasked = new ArrayList<>();
    int mask = 7;
    while (buffer.hasRemaining()) {
      int tag = buffer.getShort();
      int permissions = buffer.getShort();
      int id = buffer.getInt();
      switch (tag) {
        case USER -> unmasked.add(new Entry(true, id, permissions));
        case GROUP -> unmasked.add(new Entry(false, id, permissions));
        case GROUP_OBJ -> unmasked.add(new Entry(false, -1, permissions));
        case MASK -> mask = permissions;
        default -> {}
      }
    }
    List<Entry> entries = new ArrayList<>();
    for (Entry entry : unmasked) {
      if ((entry.permissions & mask) != 0) {
        entries.add(new Entry(entry.user, entry.id, entry.permissions & mask));
      }
    }
    return new PosixAcl(entries);
  }
}
