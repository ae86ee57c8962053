package dev.holdfast.libc.process;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Kernel;
import dev.holdfast.libc.Memory;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Scratch;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Sysno;
import java.util.Objects;

/** Waiting for processes, signalling them, and reading their memory. */
public final class Processes {
  public static final int WNOHANG = 1;
  public static final int WUNTRACED = 2;
  public static final int WEXITED = 4;
  public static final int WNOWAIT = 0x01000000;
  public static final int __WNOTHREAD = 0x20000000;
  public static final int __WALL = 0x40000000;

  public static final int SIGHUP = 1;
  public static final int SIGINT = 2;
  public static final int SIGKILL = 9;
  public static final int SIGTERM = 15;
  public static final int SIGCHLD = 17;
  public static final int SIGCONT = 18;
  public static final int SIGSTOP = 19;
  public static final int SIGTRAP = 5;

  private static final int P_PID = 1;

  private Processes() {}

  /**
   * What wait4(2) answered.
   *
   * @param pid 0 if {@link #WNOHANG} found nothing
   * @param status as the {@code W…} macros read it
   */
  public record Waited(int pid, int status) {
    public boolean exited() {
      return (status & 0x7f) == 0;
    }

    public int exitStatus() {
      return (status >> 8) & 0xff;
    }

    public boolean signaled() {
      return (status & 0x7f) != 0 && (status & 0xff) != 0x7f;
    }

    public int terminatingSignal() {
      return status & 0x7f;
    }

    public boolean stopped() {
      return (status & 0xff) == 0x7f;
    }

    public int stopSignal() {
      return (status >> 8) & 0xff;
    }

    /** {@code PTRACE_EVENT_*}, or 0. */
    public int event() {
      return status >> 16;
    }
  }

  /**
   * {@code pid_t wait4(pid_t pid, int *status, int options, struct rusage *)}, wait4(2). Blocks.
   */
  public static Result<Waited> wait4(int pid, int options) {
    try (Scratch scratch = Scratch.open()) {
      long status = scratch.allocateZeroed(8);
      SyscallResult result = Kernel.call(scratch, Sysno.WAIT4, pid, status, options);
      return result.failed()
          ? Result.failure(result.errno())
          : Result.of(new Waited(result.intValue(), Memory.getInt(status)));
    }
  }

  /**
   * {@code int waitid(P_PID, pid, NULL, int options, NULL)}, waitid(2). Blocks. With {@link
   * #WNOWAIT} the child stays a zombie, whose number nobody else can have, until {@link #wait4}.
   */
  public static SyscallResult waitid(int pid, int options) {
    return Kernel.call(Sysno.WAITID, P_PID, pid, 0, options, 0);
  }

  /** {@code int kill(pid_t pid, int sig)}, kill(2). Beware of recycled numbers; see pidfds. */
  public static SyscallResult kill(int pid, int signal) {
    return Kernel.call(Sysno.KILL, pid, signal, 0);
  }

  /** {@code int tgkill(pid_t tgid, pid_t tid, int sig)}, tgkill(2). */
  public static SyscallResult tgkill(int tgid, int tid, int signal) {
    return Kernel.call(Sysno.TGKILL, tgid, tid, signal);
  }

  /** {@code int pidfd_open(pid_t pid, unsigned flags)}, pidfd_open(2), Linux 5.3. */
  public static SyscallResult pidfd_open(int pid, int flags) {
    return Kernel.call(Sysno.PIDFD_OPEN, pid, flags, 0);
  }

  /** {@code int pidfd_send_signal(int pidfd, int sig, NULL, 0)}, Linux 5.1. */
  public static SyscallResult pidfd_send_signal(int pidfd, int signal) {
    return Kernel.call(Sysno.PIDFD_SEND_SIGNAL, pidfd, signal, 0, 0, 0);
  }

  /**
   * {@code ssize_t process_vm_readv(...)}, process_vm_readv(2), with one range. May read less than
   * asked where the range runs off a mapping.
   */
  public static SyscallResult process_vm_readv(
      int pid, long remoteAddress, byte[] buffer, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, buffer.length);
    try (Scratch scratch = Scratch.open()) {
      long local = scratch.allocate(length);
      long vectors = vectors(scratch, local, remoteAddress, length);
      SyscallResult result =
          Kernel.call(scratch, Sysno.PROCESS_VM_READV, pid, vectors, 1, vectors + 16, 1, 0);
      if (result.ok()) {
        Memory.copyOut(local, buffer, offset, result.intValue());
      }
      return result;
    }
  }

  /** {@code ssize_t process_vm_writev(...)}, with one range. */
  public static SyscallResult process_vm_writev(int pid, long remoteAddress, byte[] bytes) {
    try (Scratch scratch = Scratch.open()) {
      long local = scratch.bytes(bytes, 0, bytes.length);
      long vectors = vectors(scratch, local, remoteAddress, bytes.length);
      return Kernel.call(scratch, Sysno.PROCESS_VM_WRITEV, pid, vectors, 1, vectors + 16, 1, 0);
    }
  }

  private static long vectors(Scratch scratch, long local, long remote, long length) {
    long vectors = scratch.allocate(32);
    Memory.putLong(vectors, local);
    Memory.putLong(vectors + 8, length);
    Memory.putLong(vectors + 16, remote);
    Memory.putLong(vectors + 24, length);
    return vectors;
  }

  /**
   * {@code int execve(const char *path, char *const argv[], char *const envp[])}, execve(2):
   * replaces this whole Java process. Returns only on failure.
   */
  public static SyscallResult execve(byte[] path, byte[][] argv, byte[][] envp) {
    if (Paths.invalid(path) || Spawn.invalid(argv) || Spawn.invalid(envp)) {
      return SyscallResult.failure(Errno.EINVAL);
    }
    try (Scratch scratch = Scratch.open()) {
      long p = scratch.cString(path);
      return Kernel.call(
          scratch, Sysno.EXECVE, p, Spawn.vector(scratch, argv), Spawn.vector(scratch, envp));
    }
  }

  /** {@code int prctl(PR_SET_CHILD_SUBREAPER, …)} and friends, prctl(2). */
  public static SyscallResult prctl(int option, long a, long b, long c, long d) {
    return Kernel.call(Sysno.PRCTL, option, a, b, c, d);
  }
}
