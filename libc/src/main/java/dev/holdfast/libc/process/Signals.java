package dev.holdfast.libc.process;

import dev.holdfast.libc.CFunction;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Kernel;
import dev.holdfast.libc.Memory;
import dev.holdfast.libc.Scratch;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Sysno;

/** {@code <signal.h>}: dispositions, for signals that are to interrupt a system call. */
public final class Signals {
  public static final int SIGURG = 23;

  /** The highest real-time signal; the JDK itself uses {@code SIGRTMAX - 2}. */
  public static final int SIGRTMAX = 64;

  /** {@code struct sigaction} of the C library: handler, mask, flags, restorer, with room. */
  private static final int SIGACTION_SIZE = 256;

  /** Where its flags are: behind a mask of 1,024 signals. */
  private static final int SA_FLAGS = 136;

  private static final int SA_RESTART = 0x10000000;

  private static final int SIG_SETMASK = 2;

  /** The kernel's {@code sigset_t}. */
  private static final int SIGSET_SIZE = 8;

  private static final long SIG_DFL = 0;
  private static final long SIG_IGN = 1;

  private Signals() {}

  /**
   * {@code int sigaction(int sig, const struct sigaction *act, struct sigaction *old)},
   * sigaction(2): gives the signal a handler that does nothing, without SA_RESTART, so that a
   * system call it meets ends with {@code EINTR}. Only if nobody else uses the signal: else {@code
   * EBUSY}. The handler is the C library's abs(3), which touches no memory.
   *
   * <p>Process-wide. A child is born without it: execve(2) puts the default action back.
   */
  public static SyscallResult interruptWith(int signal) {
    CFunction sigaction = CFunction.named("sigaction");
    try (Scratch scratch = Scratch.open()) {
      long old = scratch.allocateZeroed(SIGACTION_SIZE);
      int failed = sigaction.call(scratch, signal, 0, old);
      if (failed != 0) {
        return SyscallResult.failure(Errno.EINVAL);
      }
      if (Memory.getLong(old) != SIG_DFL) {
        return SyscallResult.failure(Errno.EBUSY);
      }
      long action = scratch.allocateZeroed(SIGACTION_SIZE);
      Memory.putLong(action, Kernel.symbol("abs").address());
      failed = sigaction.call(scratch, signal, action, 0);
      return failed != 0 ? SyscallResult.failure(Errno.EINVAL) : SyscallResult.SUCCESS;
    }
  }

  /**
   * {@code int pthread_sigmask(SIG_SETMASK, const sigset_t *set, NULL)}, pthread_sigmask(3): what
   * the calling kernel thread has blocked, and what a program that takes its place will have.
   *
   * @param blocked signal <i>n</i> as bit <i>n</i> - 1
   */
  public static SyscallResult pthread_sigmask(long blocked) {
    try (Scratch scratch = Scratch.open()) {
      long set = scratch.allocate(SIGSET_SIZE);
      Memory.putLong(set, blocked);
      return Kernel.call(Sysno.RT_SIGPROCMASK, SIG_SETMASK, set, 0, SIGSET_SIZE, 0);
    }
  }

  /**
   * Gives the signal a handler that writes eight bytes, of no meaning, to the descriptor <em>of the
   * signal's own number</em>. That is how one hears of a signal that the JVM gives to nobody: no
   * Java may run in a handler, but the C library's eventfd_write(3), which is a single write(2),
   * can be one. It takes the descriptor where a handler is given its signal.
   *
   * <p>Process-wide. The descriptor should be a pipe of ours, and must not block: the thread that
   * gets the signal may be any. A child is born without the handler.
   */
  public static SyscallResult writeToItsNumber(int signal) {
    CFunction sigaction = CFunction.named("sigaction");
    try (Scratch scratch = Scratch.open()) {
      long action = scratch.allocateZeroed(SIGACTION_SIZE);
      Memory.putLong(action, Kernel.symbol("eventfd_write").address());
      Memory.putInt(action + SA_FLAGS, SA_RESTART);
      int failed = sigaction.call(scratch, signal, action, 0);
      return failed != 0 ? SyscallResult.failure(Errno.EINVAL) : SyscallResult.SUCCESS;
    }
  }

  /** Sets {@code SIG_IGN}, or {@code SIG_DFL}: whole process, and inherited by what it executes. */
  public static SyscallResult ignore(int signal, boolean ignored) {
    CFunction sigaction = CFunction.named("sigaction");
    try (Scratch scratch = Scratch.open()) {
      long action = scratch.allocateZeroed(SIGACTION_SIZE);
      Memory.putLong(action, ignored ? SIG_IGN : SIG_DFL);
      int failed = sigaction.call(scratch, signal, action, 0);
      return failed != 0 ? SyscallResult.failure(Errno.EINVAL) : SyscallResult.SUCCESS;
    }
  }
}
