package dev.holdfast.libc.process;

import dev.holdfast.libc.Kernel;
import dev.holdfast.libc.Memory;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Scratch;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Sysno;

/**
 * {@code long ptrace(int op, pid_t pid, void *addr, void *data)}, ptrace(2). Only the kernel thread
 * that attached may call these for a tracee; any other gets {@code ESRCH}.
 */
public final class Ptrace {
  public static final int O_TRACESYSGOOD = 0x1;
  public static final int O_TRACEFORK = 0x2;
  public static final int O_TRACEVFORK = 0x4;
  public static final int O_TRACECLONE = 0x8;
  public static final int O_TRACEEXEC = 0x10;
  public static final int O_TRACEVFORKDONE = 0x20;
  public static final int O_TRACEEXIT = 0x40;
  public static final int O_TRACESECCOMP = 0x80;
  public static final int O_EXITKILL = 1 << 20;

  public static final int EVENT_FORK = 1;
  public static final int EVENT_VFORK = 2;
  public static final int EVENT_CLONE = 3;
  public static final int EVENT_EXEC = 4;
  public static final int EVENT_VFORK_DONE = 5;
  public static final int EVENT_EXIT = 6;
  public static final int EVENT_SECCOMP = 7;
  public static final int EVENT_STOP = 128;

  public static final int SYSCALL_INFO_NONE = 0;
  public static final int SYSCALL_INFO_ENTRY = 1;
  public static final int SYSCALL_INFO_EXIT = 2;
  public static final int SYSCALL_INFO_SECCOMP = 3;

  private static final int CONT = 7;
  private static final int DETACH = 17;
  private static final int SYSCALL = 24;
  private static final int GETEVENTMSG = 0x4201;
  private static final int GETREGSET = 0x4204;
  private static final int SETREGSET = 0x4205;
  private static final int SEIZE = 0x4206;
  private static final int INTERRUPT = 0x4207;
  private static final int LISTEN = 0x4208;
  private static final int GET_SYSCALL_INFO = 0x420e;

  private static final int NT_PRSTATUS = 1;
  private static final int SYSCALL_INFO_SIZE = 88;

  private Ptrace() {}

  private static SyscallResult ptrace(int operation, int tid, long address, long data) {
    return Kernel.call(Sysno.PTRACE, operation, tid, address, data, 0);
  }

  /** PTRACE_SEIZE: attach without stopping. */
  public static SyscallResult seize(int tid, int options) {
    return ptrace(SEIZE, tid, 0, options);
  }

  /** PTRACE_INTERRUPT: have it stop with {@link #EVENT_STOP}. */
  public static SyscallResult interrupt(int tid) {
    return ptrace(INTERRUPT, tid, 0, 0);
  }

  /** PTRACE_LISTEN: let a group-stopped task stay stopped, and tell of its continuation. */
  public static SyscallResult listen(int tid) {
    return ptrace(LISTEN, tid, 0, 0);
  }

  /** PTRACE_CONT, delivering a signal if not 0. */
  public static SyscallResult cont(int tid, int signal) {
    return ptrace(CONT, tid, 0, signal);
  }

  /** PTRACE_SYSCALL: continue to the next entry or exit of a system call. */
  public static SyscallResult syscall(int tid, int signal) {
    return ptrace(SYSCALL, tid, 0, signal);
  }

  /** PTRACE_DETACH. Calls that a seccomp filter traces then fail with ENOSYS in the task. */
  public static SyscallResult detach(int tid, int signal) {
    return ptrace(DETACH, tid, 0, signal);
  }

  /**
   * PTRACE_GETEVENTMSG: for forks the new task's tid, for exec the former tid, for seccomp the
   * data.
   */
  public static Result<Long> geteventmsg(int tid) {
    try (Scratch scratch = Scratch.open()) {
      long message = scratch.allocateZeroed(8);
      SyscallResult result = Kernel.call(scratch, Sysno.PTRACE, GETEVENTMSG, tid, 0, message, 0, 0);
      return result.failed() ? Result.failure(result.errno()) : Result.of(Memory.getLong(message));
    }
  }

  /**
   * {@code struct ptrace_syscall_info}: the same on every architecture.
   *
   * @param op {@code SYSCALL_INFO_*}
   * @param arch {@code AUDIT_ARCH_*} of the caller
   * @param nr at an entry; 0 at an exit
   * @param args at an entry six, else none
   * @param result at an exit the kernel's answer (negative error)
   * @param seccompData what the filter returned with RET_TRACE
   */
  public record SyscallInfo(
      int op,
      int arch,
      long instructionPointer,
      long stackPointer,
      long nr,
      long[] args,
      long result,
      int seccompData) {}

  /** PTRACE_GET_SYSCALL_INFO, Linux 5.3. */
  public static Result<SyscallInfo> getSyscallInfo(int tid) {
    try (Scratch scratch = Scratch.open()) {
      long info = scratch.allocateZeroed(SYSCALL_INFO_SIZE);
      SyscallResult result =
          Kernel.call(scratch, Sysno.PTRACE, GET_SYSCALL_INFO, tid, SYSCALL_INFO_SIZE, info, 0, 0);
      if (result.failed()) {
        return Result.failure(result.errno());
      }
      int op = Memory.getByte(info);
      boolean entry = op == SYSCALL_INFO_ENTRY || op == SYSCALL_INFO_SECCOMP;
      long[] args = new long[entry ? 6 : 0];
      for (int i = 0; i < args.length; i++) {
        args[i] = Memory.getLong(info + 32 + 8L * i);
      }
      return Result.of(
          new SyscallInfo(
              op,
              Memory.getInt(info + 4),
              Memory.getLong(info + 8),
              Memory.getLong(info + 16),
              entry ? Memory.getLong(info + 24) : 0,
              args,
              op == SYSCALL_INFO_EXIT ? Memory.getLong(info + 24) : 0,
              op == SYSCALL_INFO_SECCOMP ? Memory.getInt(info + 80) : 0));
    }
  }

  /** PTRACE_GETREGSET with NT_PRSTATUS: the general registers; see {@link Registers}. */
  public static Result<Registers> getRegisters(int tid) {
    byte[] bytes = new byte[Registers.SIZE];
    SyscallResult result = regset(GETREGSET, tid, bytes);
    return result.failed() ? Result.failure(result.errno()) : Result.of(new Registers(bytes));
  }

  /** PTRACE_SETREGSET with NT_PRSTATUS. */
  public static SyscallResult setRegisters(int tid, Registers registers) {
    return regset(SETREGSET, tid, registers.bytes());
  }

  private static SyscallResult regset(int operation, int tid, byte[] bytes) {
    try (Scratch scratch = Scratch.open()) {
      long data = scratch.bytes(bytes, 0, bytes.length);
      long vector = scratch.allocate(16);
      Memory.putLong(vector, data);
      Memory.putLong(vector + 8, bytes.length);
      SyscallResult result =
          Kernel.call(scratch, Sysno.PTRACE, operation, tid, NT_PRSTATUS, vector, 0, 0);
      if (result.ok()) {
        Memory.copyOut(data, bytes, 0, bytes.length);
      }
      return result;
    }
  }
}
