package dev.holdfast.prove;

import dev.holdfast.libc.Statx;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** What statx(2) could have said. */
public final class Stats {
  private Stats() {}

  public static Statx of(long inode, int mode, int uid) {
    MemorySegment structure = MemorySegment.ofArray(new byte[256]);
    structure.set(ValueLayout.JAVA_INT_UNALIGNED, 0, Statx.STATX_BASIC_STATS);
    structure.set(ValueLayout.JAVA_INT_UNALIGNED, 4, 4096);
    structure.set(ValueLayout.JAVA_INT_UNALIGNED, 16, 1);
    structure.set(ValueLayout.JAVA_INT_UNALIGNED, 20, uid);
    structure.set(ValueLayout.JAVA_INT_UNALIGNED, 24, uid);
    structure.set(ValueLayout.JAVA_SHORT_UNALIGNED, 28, (short) mode);
    structure.set(ValueLayout.JAVA_LONG_UNALIGNED, 32, inode);
    return Statx.of(structure);
  }

  public static Statx directory(long inode) {
    return of(inode, Statx.S_IFDIR | 0777, 0);
  }

  public static Statx file(long inode, int uid) {
    return of(inode, Statx.S_IFREG | 0644, uid);
  }

  public static Statx link(long inode, int uid) {
    return of(inode, Statx.S_IFLNK | 0777, uid);
  }
}
