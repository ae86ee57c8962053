package dev.holdfast.libc;

/** {@code <sys/socket.h>}: what Java has no sockets for. */
public final class Sockets {
  public static final int AF_UNIX = 1;
  public static final int AF_INET = 2;
  public static final int SOCK_STREAM = 1;
  public static final int SOCK_DGRAM = 2;

  /** The most bytes that an abstract name can have. */
  public static final int ABSTRACT_MAX = 107;

  /** {@code struct sockaddr_in}: family, port and address, both in network order, zeroes. */
  private static final int SOCKADDR_IN_SIZE = 16;

  private static final int SOCKADDR_IN_PORT = 2;

  private static final int SOCK_CLOEXEC = Fcntl.O_CLOEXEC;

  private Sockets() {}

  /** {@code int socket(int domain, int type, int protocol)}, socket(2), always close-on-exec. */
  public static SyscallResult socket(int domain, int type) {
    return Kernel.call(Sysno.SOCKET, domain, type | SOCK_CLOEXEC, 0);
  }

  /**
   * {@code int bind(int fd, const struct sockaddr_in *, socklen_t)}, ip(7): a port of the loopback
   * address. {@code EADDRINUSE} if somebody has it.
   */
  public static SyscallResult bindLoopback(int fd, int port) {
    try (Scratch scratch = Scratch.open()) {
      long address = scratch.allocateZeroed(SOCKADDR_IN_SIZE);
      Memory.putShort(address, (short) AF_INET);
      byte[] rest = {(byte) (port >> 8), (byte) port, 127, 0, 0, 1};
      Memory.copyIn(rest, 0, address + SOCKADDR_IN_PORT, rest.length);
      return Kernel.call(scratch, Sysno.BIND, fd, address, SOCKADDR_IN_SIZE);
    }
  }

  /**
   * {@code int connect(int fd, const struct sockaddr_un *, socklen_t)}, unix(7), to a socket that
   * has a name in the file system; symbolic links are followed.
   *
   * <p>Callers act on: {@code ECONNREFUSED} (nobody has bound it), {@code EPROTOTYPE} (who has is
   * of another type), {@code EACCES} (no right to write to it).
   */
  public static SyscallResult connectPath(int fd, byte[] path) {
    if (Paths.invalid(path) || path.length > ABSTRACT_MAX) {
      return SyscallResult.failure(Errno.EINVAL);
    }
    try (Scratch scratch = Scratch.open()) {
      long address = scratch.allocateZeroed(3L + path.length);
      Memory.putShort(address, (short) AF_UNIX);
      Memory.copyIn(path, 0, address + 2, path.length);
      return Kernel.call(scratch, Sysno.CONNECT, fd, address, 3L + path.length);
    }
  }

  /** {@code int listen(int fd, int backlog)}, listen(2). */
  public static SyscallResult listen(int fd, int backlog) {
    return Kernel.call(Sysno.LISTEN, fd, backlog, 0);
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
