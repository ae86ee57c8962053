package dev.holdfast.prove.trace;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.process.Processes;
import dev.holdfast.libc.process.Processes.Waited;
import dev.holdfast.libc.process.Ptrace;
import dev.holdfast.libc.process.Registers;
import dev.holdfast.libc.process.Spawn;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The first process of a world: a small program that is seized while it sleeps, and from then on
 * only performs calls of ours.
 */
final class Sleeper {
  private static final int WAIT = Processes.__WALL | Processes.__WNOTHREAD;
  private static final int AT_SYSINFO_EHDR = 33;
  private static final int VDSO_SIZE = 8192;

  /** Just has to live until we seize it; exits by itself if we die first. */
  private static final String SLEEP_SECONDS = "60";

  private static final List<String> SLEEPERS = List.of("/usr/bin/sleep", "/bin/sleep");

  /**
   * A process that another thread makes has a copy of every open descriptor until it executes its
   * program; as long as it has one for writing, ours cannot be executed (ETXTBSY).
   */
  private static final ReadWriteLock WRITING = new ReentrantReadWriteLock();

  private Sleeper() {}

  /**
   * The first process.
   *
   * @param own it is our own program
   */
  record Spawned(int pid, boolean own) {
    /** Where calls can be injected into it, and into what is forked from it. */
    CallPlace callPlace(int hostProc) {
      return own
          ? SleeperProgram.CALL_PLACE
          : new CallPlace(syscallInstruction(pid, hostProc), false);
    }
  }

  /**
   * Our own program where it can be put into the world, else sleep(1). There is one attempt: with
   * the first process, even one that could not execute anything, the PID namespace ends.
   */
  static Spawned spawn() {
    byte[] own = SleeperProgram.place();
    boolean made;
    WRITING.writeLock().lock();
    try {
      made = SleeperProgram.create(own);
    } finally {
      WRITING.writeLock().unlock();
    }
    SyscallResult spawned;
    WRITING.readLock().lock();
    try {
      spawned = spawn(made ? own : sleep());
    } finally {
      WRITING.readLock().unlock();
    }
    if (made) {
      SleeperProgram.remove(own);
    }
    if (spawned.failed()) {
      throw new TraceException("no process could be made: posix_spawn: " + spawned);
    }
    return new Spawned(spawned.intValue(), made);
  }

  private static byte[] sleep() {
    for (String sleeper : SLEEPERS) {
      byte[] path = Paths.bytes(sleeper);
      if (Statx.statx(Fcntl.AT_FDCWD, path, 0, Statx.STATX_TYPE).ok()) {
        return path;
      }
    }
    throw new TraceException("no process could be made: there is none of " + SLEEPERS);
  }

  private static SyscallResult spawn(byte[] path) {
    byte[][] argv = {path, Paths.bytes(SLEEP_SECONDS)};
    return Spawn.posix_spawn(
        path,
        argv,
        new byte[0][],
        Spawn.POSIX_SPAWN_SETSID | Spawn.POSIX_SPAWN_SETSIGMASK | Spawn.POSIX_SPAWN_SETSIGDEF);
  }

  /** Seizes a running child and stops it wherever it is. */
  static void attach(int pid, int options) {
    SyscallResult seized = Ptrace.seize(pid, options);
    if (seized.failed()) {
      throw new TraceException(
          "this process may not trace its own child: ptrace: "
              + seized
              + "; a debugger, a container's seccomp profile or a security module forbids it");
    }
    Ptrace.interrupt(pid);
    for (; ; ) {
      Waited stop = awaitStop(pid);
      if (stop.event() == Ptrace.EVENT_STOP) {
        return;
      }
      // The stop of its own exec swallows the interrupt, so ask again.
      Ptrace.cont(pid, 0);
      Ptrace.interrupt(pid);
    }
  }

  static void awaitFirstStop(int tid) {
    while (awaitStop(tid).event() != Ptrace.EVENT_STOP) {
      Ptrace.cont(tid, 0);
    }
  }

  static Waited awaitStop(int tid) {
    for (; ; ) {
      Result<Waited> waited = Processes.wait4(tid, WAIT);
      if (waited.is(Errno.EINTR)) {
        continue;
      }
      if (waited.failed() || !waited.value().stopped()) {
        throw new TraceException("a new process died before it could be prepared");
      }
      return waited.value();
    }
  }

  /** The address of a system-call instruction in the vDSO, which every process has mapped. */
  private static long syscallInstruction(int pid, int hostProc) {
    byte[] auxv = read(hostProc, pid + "/auxv");
    ByteBuffer entries = ByteBuffer.wrap(auxv).order(ByteOrder.nativeOrder());
    while (entries.remaining() >= 16) {
      long type = entries.getLong();
      long value = entries.getLong();
      if (type == AT_SYSINFO_EHDR) {
        return findInstruction(pid, value);
      }
    }
    throw new TraceException("this kernel maps no vDSO into processes (vdso=0): enable it");
  }

  private static long findInstruction(int pid, long vdso) {
    byte[] code = new byte[VDSO_SIZE];
    SyscallResult read = Processes.process_vm_readv(pid, vdso, code, 0, code.length);
    byte[] wanted = Registers.syscallInstruction();
    for (int i = 0; read.ok() && i + wanted.length <= read.raw(); i++) {
      if (Arrays.equals(code, i, i + wanted.length, wanted, 0, wanted.length)) {
        return vdso + i;
      }
    }
    throw new TraceException("the vDSO has no system-call instruction: " + read);
  }

  private static byte[] read(int hostProc, String name) {
    SyscallResult fd = Fcntl.openat(hostProc, Paths.bytes(name), Fcntl.O_RDONLY, 0);
    if (fd.failed()) {
      throw new TraceException("/proc/" + name + " cannot be opened: " + fd);
    }
    byte[] buffer = new byte[4096];
    SyscallResult read = Unistd.read(fd.intValue(), buffer, 0, buffer.length);
    Unistd.close(fd.intValue());
    if (read.failed()) {
      throw new TraceException("/proc/" + name + " cannot be read: " + read);
    }
    return Arrays.copyOf(buffer, read.intValue());
  }
}
