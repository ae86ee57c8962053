package dev.holdfast.libc;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** Network interfaces by the ioctls of netdevice(7), {@code <net/if.h>}. */
public final class NetworkDevices {
  /** The interface works. */
  public static final int IFF_UP = 0x1;

  /** The interface leads back to this host. */
  public static final int IFF_LOOPBACK = 0x8;

  private static final long SIOCGIFFLAGS = 0x8913L;
  private static final long SIOCSIFFLAGS = 0x8914L;

  /** {@code struct ifreq}: the name, ended by a NUL, and then what is asked or set. */
  private static final int IFREQ_SIZE = 40;

  private static final int IFNAMSIZ = 16;
  private static final int IFREQ_FLAGS = IFNAMSIZ;

  private NetworkDevices() {}

  /**
   * {@code int ioctl(int sockfd, SIOCGIFFLAGS, struct ifreq *)}, netdevice(7): the flags of an
   * interface in the network namespace of the socket.
   *
   * <p>Callers act on: {@code ENODEV} (no such interface).
   */
  public static Result<Integer> siocgifflags(int sockfd, String name) {
    try (Scratch scratch = Scratch.open()) {
      long request = request(scratch, name);
      if (request == 0) {
        return Result.failure(Errno.ENODEV);
      }
      SyscallResult result = Kernel.call(scratch, Sysno.IOCTL, sockfd, SIOCGIFFLAGS, request);
      return result.failed()
          ? Result.failure(result.errno())
          : Result.of(Memory.getShort(request + IFREQ_FLAGS) & 0xffff);
    }
  }

  /**
   * {@code int ioctl(int sockfd, SIOCSIFFLAGS, const struct ifreq *)}, netdevice(7). Needs
   * CAP_NET_ADMIN in the user namespace that owns the network namespace.
   *
   * <p>Callers act on: {@code EPERM}, {@code ENODEV} (no such interface).
   */
  public static SyscallResult siocsifflags(int sockfd, String name, int flags) {
    try (Scratch scratch = Scratch.open()) {
      long request = request(scratch, name);
      if (request == 0) {
        return SyscallResult.failure(Errno.ENODEV);
      }
      Memory.putShort(request + IFREQ_FLAGS, (short) flags);
      return Kernel.call(scratch, Sysno.IOCTL, sockfd, SIOCSIFFLAGS, request);
    }
  }

  /** Zero if no interface can have this name. */
  private static long request(Scratch scratch, String name) {
    byte[] bytes = name.getBytes(US_ASCII);
    if (bytes.length >= IFNAMSIZ) {
      return 0;
    }
    long request = scratch.allocateZeroed(IFREQ_SIZE);
    Memory.copyIn(bytes, 0, request, bytes.length);
    return request;
  }
}
