package dev.holdfast.prove.world;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.NetworkDevices;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Sockets;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;

/**
 * The loopback interface of a new network namespace, which is born down: without it no server could
 * be reached by its client in the same world. It leads nowhere else.
 */
final class Loopback {
  private static final String NAME = "lo";

  private Loopback() {}

  /** Brings it up in the calling thread's network namespace; the kernel gives it its addresses. */
  static void bringUp() {
    SyscallResult socket = Sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
    if (socket.is(Errno.EAFNOSUPPORT)) {
      return; // A kernel without IPv4 has no such servers either.
    }
    int fd = orThrow(socket, "socket");
    try {
      Result<Integer> flags = NetworkDevices.siocgifflags(fd, NAME);
      int now = flags.failed() ? 0 : flags.value();
      orThrow(NetworkDevices.siocsifflags(fd, NAME, now | NetworkDevices.IFF_UP), "SIOCSIFFLAGS");
    } finally {
      Unistd.close(fd);
    }
  }

  private static int orThrow(SyscallResult result, String call) {
    if (result.failed()) {
      throw new WorldException(
          "no private world: the loopback interface cannot be brought up: " + call + ": " + result);
    }
    return result.intValue();
  }
}
