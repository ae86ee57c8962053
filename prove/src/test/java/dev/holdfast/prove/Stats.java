package dev.holdfast.prove;

import dev.holdfast.libc.Statx;

/** What statx(2) could have said. */
public final class Stats {
  private Stats() {}

  public static Statx of(long inode, int mode, int uid) {
    return new Statx(
        Statx.STATX_BASIC_STATS,
        4096,
        0,
        1,
        uid,
        uid,
        mode,
        inode,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0);
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
