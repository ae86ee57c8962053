package dev.holdfast.prove.trace;

import dev.holdfast.libc.Processes;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Sysno;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * A system call that a task is about to make: the task stands still right before it.
 *
 * <p>Threads: only the tracer's, and only while the task is stopped.
 */
public final class Call {
  private static final int PAGE = 4096;
  private static final int FIRST_READ = 256;

  private final Task task;
  private final Sysno sysno;
  private final long[] args;

  Call(Task task, Sysno sysno, long[] args) {
    this.task = task;
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
    ByteArrayOutputStream text = new ByteArrayOutputStream(64);
    byte[] buffer = new byte[FIRST_READ];
    while (text.size() < PAGE) {
      // Never across a page at a time: the next one may not be mapped.
      int length = (int) Math.min(buffer.length, PAGE - (at & (PAGE - 1)));
      SyscallResult read = Processes.process_vm_readv(task.tid(), at, buffer, 0, length);
      if (read.failed() || read.raw() == 0) {
        return null;
      }
      int got = read.intValue();
      for (int i = 0; i < got; i++) {
        if (buffer[i] == 0) {
          text.write(buffer, 0, i);
          return text.toByteArray();
        }
      }
      text.write(buffer, 0, got);
      at += got;
    }
    return null;
  }

  /** A 64-bit word at an argument's address plus an offset; 0 if unreadable. */
  public long word(int index, int offset) {
    byte[] buffer = new byte[8];
    SyscallResult read =
        Processes.process_vm_readv(task.tid(), args[index] + offset, buffer, 0, buffer.length);
    return read.ok() && read.raw() == buffer.length
        ? ByteBuffer.wrap(buffer).order(ByteOrder.nativeOrder()).getLong()
        : 0;
  }
}
