package dev.holdfast.prove.trace;

import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Sysno;
import dev.holdfast.libc.process.Processes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A system call that a task is about to make: the task stands still right before it.
 *
 * <p>Threads: only the tracer's, and only while the task is stopped.
 */
public final class Call {
  static final int MAX_STRING = 4096;

  private static final int PAGE = 4096;
  private static final int FIRST_READ = 256;

  private final Task task;
  private final Sysno sysno;
  private final long[] args;
  private final byte[] buffer;

  /**
   * @param buffer room for reading strings, which calls of one tracer share
   */
  Call(Task task, Sysno sysno, long[] args, byte[] buffer) {
    this.task = task;
    this.buffer = buffer;
    this.sysno = sysno;
    this.args = args;
  }

  public Task task() {
    return task;
  }

  public Sysno sysno() {
    return sysno;
  }

  public long arg(int index) {
    return args[index];
  }

  public int intArg(int index) {
    return (int) args[index];
  }

  /** The string an argument points to, or null if the task could not read it either. */
  public byte @Nullable [] string(int index) {
    long at = args[index];
    if (at == 0) {
      return null;
    }
    int length = 0;
    while (length < buffer.length) {
      // Never across a page at a time: the next one may not be mapped.
      int room = Math.min(buffer.length - length, length == 0 ? FIRST_READ : PAGE);
      int wanted = (int) Math.min(room, PAGE - (at & (PAGE - 1)));
      SyscallResult read = Processes.process_vm_readv(task.tid(), at, buffer, length, wanted);
      if (read.failed() || read.raw() == 0) {
        return null;
      }
      int end = length + read.intValue();
      for (int i = length; i < end; i++) {
        if (buffer[i] == 0) {
          return Arrays.copyOf(buffer, i);
        }
      }
      at += end - length;
      length = end;
    }
    return null;
  }

  /** A 64-bit word at an argument's address plus an offset; 0 if unreadable. */
  public long word(int index, int offset) {
    byte[] word = new byte[8];
    SyscallResult read =
        Processes.process_vm_readv(task.tid(), args[index] + offset, word, 0, word.length);
    return read.ok() && read.raw() == word.length
        ? ByteBuffer.wrap(word).order(ByteOrder.nativeOrder()).getLong()
        : 0;
  }
}
