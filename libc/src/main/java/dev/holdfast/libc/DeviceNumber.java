package dev.holdfast.libc;

/** {@code dev_t} as {@code st_dev} and {@code st_rdev} have it, makedev(3). */
public final class DeviceNumber {
  private DeviceNumber() {}

  public static long of(int major, int minor) {
    return (minor & 0xffL)
        | ((major & 0xfffL) << 8)
        | ((minor & 0xffffff00L) << 12)
        | ((major & 0xfffff000L) << 32);
  }

  public static int major(long device) {
    return (int) (((device >>> 8) & 0xfff) | ((device >>> 32) & 0xfffff000L));
  }

  public static int minor(long device) {
    return (int) ((device & 0xff) | ((device >>> 12) & 0xffffff00L));
  }
}
