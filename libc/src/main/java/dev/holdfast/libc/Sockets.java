package dev.holdfast.libc;

/** {@code <sys/socket.h>}: what Java has no sockets for. */
public final class Sockets {
  public static final int AF_UNIX = 1;
  public static final int SOCK_STREAM = 1;
  public static final int SOCK_DGRAM = 2;

  /** The most bytes that an abstract name can have. */
  public static final int ABSTRACT_MAX = 107;

  private static final int SOCK_CLOEXEC = Fcntl.O_CLOEXEC;

  private Sockets() {}

  /** {@code int socket(int domain, int type, int protocol)}, socket(2), always close-on-exec. */
  public static SyscallResult socket(int domain, int type) {
    return Kernel.call(Sysno.SOCKET, domain, type | SOCK_CLOEXEC, 0);
  }

  /**
   * {@code int bind(int fd, const struct sockaddr_un *, socklen_t)}, unix(7), with a name of the
   * abstract namespace, which is no file: it ends with the last descriptor of the socket. {@code
   * EADDRINUSE} if somebody has it.
   */
  public static SyscallResult bindAbstract(int fd, byte[] name) {
    if (name.length == 0 || name.length > ABSTRACT_MAX) {
      return SyscallResult.failure(Errno.EINVAL);
    }
    try (Scratch scratch = Scratch.open()) {
      long address = scratch.allocateZeroed(3L + name.length);
      Memory.putShort(address, (short) AF_UNIX);
      Memory.copyIn(name, 0, address + 3, name.length);
      return Kernel.call(scratch, Sysno.BIND, fd, address, 3L + name.length);
    }
  }
}
