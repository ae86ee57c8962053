package dev.holdfast.prove.trace;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Sysno;
import dev.holdfast.libc.process.Processes;
import dev.holdfast.libc.process.Processes.Waited;
import dev.holdfast.libc.process.Ptrace;
import dev.holdfast.libc.process.Registers;
import dev.holdfast.path.FileName;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Makes a stopped task perform system calls of ours, by its registers: how a new process gets its
 * identity, its filter and its program without any helper of ours inside it.
 *
 * <p>Threads: only the thread that attached.
 */
final class Injector {
  /** The length of both instructions. */
  private static final int CALL_AND_TRAP = 3;

  private static final int SCRATCH_SIZE = 4 << 20;
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
  private static final int WAIT = Processes.__WALL | Processes.__WNOTHREAD;

  private final int tid;
  private final Registers saved;
  private final CallPlace place;
  private long scratch;
  private long used;

  /**
   * @param place where the task can make calls
   * @param scratch address of memory in the task, or 0 to have it mapped
   */
  Injector(int tid, CallPlace place, long scratch) {
    this.tid = tid;
    this.place = place;
    Result<Registers> registers = Ptrace.getRegisters(tid);
    if (registers.failed()) {
      throw new TraceException("the victim's registers cannot be read: " + registers.errno());
    }
    this.saved = registers.value();
    this.scratch = scratch;
    if (scratch == 0) {
      this.scratch =
          must(Sysno.MMAP, 0, SCRATCH_SIZE, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1L, 0);
    }
  }

  long scratch() {
    return scratch;
  }

  /** Writes into the task's memory; answers the address. */
  long put(byte[] bytes) {
    long at = scratch + used;
    if (used + bytes.length > SCRATCH_SIZE) {
      throw new TraceException("the victim's arguments are too long (E2BIG)");
    }
    SyscallResult written = Processes.process_vm_writev(tid, at, bytes);
    if (written.failed() || written.raw() != bytes.length) {
      throw new TraceException("the victim's memory cannot be written: " + written);
    }
    used = (used + bytes.length + 15) & ~15L;
    return at;
  }

  long string(String text) {
    return string(FileName.encode(text));
  }

  long string(byte[] text) {
    byte[] terminated = new byte[text.length + 1];
    System.arraycopy(text, 0, terminated, 0, text.length);
    return put(terminated);
  }

  /** A NULL-terminated vector of strings, written in two transfers however many there are. */
  long vector(byte[][] strings) {
    int total = 0;
    for (byte[] s : strings) {
      total += s.length + 1;
    }
    ByteBuffer text = ByteBuffer.allocate(total);
    for (byte[] s : strings) {
      text.put(s).put((byte) 0);
    }
    long at = put(text.array());
    ByteBuffer pointers =
        ByteBuffer.allocate(8 * (strings.length + 1)).order(ByteOrder.nativeOrder());
    for (byte[] s : strings) {
      pointers.putLong(at);
      at += s.length + 1;
    }
    pointers.putLong(0);
    return put(pointers.array());
  }

  /** Forgets what was written, so that the room can be used again. */
  void reset() {
    used = 0;
  }

  /** Performs a call that must succeed. */
  long must(Sysno call, long... args) {
    SyscallResult result = call(call, args);
    if (result.failed()) {
      throw new TraceException("the victim cannot be prepared: " + call.callName() + ": " + result);
    }
    return result.raw();
  }

  /** Performs a call and answers its result. */
  SyscallResult call(Sysno call, long... args) {
    start(call, args);
    for (; ; ) {
      SyscallResult result = resultAt(await());
      if (result != null) {
        return result;
      }
      go();
    }
  }

  /** What the call gave, if the stop is the one behind it; else null. */
  @Nullable SyscallResult resultAt(Waited stop) {
    if (place.trap()) {
      return stop.event() == 0 && stop.stopSignal() == Processes.SIGTRAP ? trapped() : null;
    }
    if (stop.stopSignal() != (Processes.SIGTRAP | 0x80)) {
      return null;
    }
    Result<Ptrace.SyscallInfo> info = Ptrace.getSyscallInfo(tid);
    return info.ok() && info.value().op() == Ptrace.SYSCALL_INFO_EXIT
        ? new SyscallResult(info.value().result())
        : null;
  }

  /** Somebody may also have sent the signal: then the task is not behind the call. */
  private @Nullable SyscallResult trapped() {
    Result<Registers> now = Ptrace.getRegisters(tid);
    if (now.failed()) {
      throw new TraceException("the victim's registers cannot be read: " + now.errno());
    }
    boolean behind = now.value().instructionPointer() == place.address() + CALL_AND_TRAP;
    return behind ? new SyscallResult(now.value().result()) : null;
  }

  /** Performs clone, and answers the new task's id as the tracer sees it. */
  int fork() {
    start(Sysno.CLONE, Processes.SIGCHLD, 0, 0, 0, 0);
    int child = 0;
    for (; ; ) {
      Waited stop = await();
      int event = stop.event();
      if (event == Ptrace.EVENT_FORK || event == Ptrace.EVENT_CLONE) {
        child = Math.toIntExact(Ptrace.geteventmsg(tid).value());
      }
      SyscallResult result = resultAt(stop);
      if (result != null) {
        if (child == 0) {
          throw new TraceException("no process for the victim: clone: " + result);
        }
        return child;
      }
      go();
    }
  }

  /** Sets the task going to make a call; its stops are the caller's to wait for. */
  void start(Sysno call, long... args) {
    Registers registers = saved.copy();
    registers.prepareCall(place.address(), call.nr, args);
    SyscallResult set = Ptrace.setRegisters(tid, registers);
    if (set.failed()) {
      throw new TraceException("the victim's registers cannot be set: " + set);
    }
    go();
  }

  /** Sets the task going again, so that it stops behind its call at the latest. */
  void go() {
    SyscallResult result = place.trap() ? Ptrace.cont(tid, 0) : Ptrace.syscall(tid, 0);
    if (result.failed()) {
      throw new TraceException("the victim cannot be continued: " + result);
    }
  }

  private Waited await() {
    for (; ; ) {
      Result<Waited> waited = Processes.wait4(tid, WAIT);
      if (waited.is(Errno.EINTR)) {
        continue;
      }
      if (waited.failed()) {
        throw new TraceException("the victim was lost: wait4: " + waited.errno());
      }
      if (!waited.value().stopped()) {
        throw new TraceException("the victim died while it was prepared");
      }
      return waited.value();
    }
  }
}
