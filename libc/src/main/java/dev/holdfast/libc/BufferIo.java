package dev.holdfast.libc;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * read(2), pread(2), write(2) and pwrite(2) for {@link ByteBuffer}s: one call moves at most {@link
 * #CHUNK} bytes of a heap buffer, and whatever the kernel takes of a direct one. The buffer's
 * position moves by what was moved.
 */
public final class BufferIo {
  /** What a heap buffer is copied through: as much as a {@link Scratch} has room for. */
  public static final int CHUNK = 32 * 1024;

  /** In place of a position: the descriptor's own, as for what cannot seek. */
  public static final long CURRENT = -1;

  private BufferIo() {}

  /** {@code pread(fd, buf, count, position)}, or read(2) with {@link #CURRENT}. */
  public static SyscallResult read(int fd, ByteBuffer buffer, long position) {
    if (buffer.isReadOnly()) {
      throw new IllegalArgumentException("read-only buffer");
    }
    Sysno call = position == CURRENT ? Sysno.READ : Sysno.PREAD64;
    try (Scratch scratch = Scratch.open()) {
      SyscallResult result;
      if (buffer.isDirect()) {
        MemorySegment memory = MemorySegment.ofBuffer(buffer);
        result =
            Kernel.call(scratch, call, fd, memory.address(), memory.byteSize(), position, 0, 0);
        if (result.ok()) {
          buffer.position(buffer.position() + result.intValue());
        }
      } else {
        int length = Math.min(CHUNK, buffer.remaining());
        long address = scratch.allocate(length);
        result = Kernel.call(scratch, call, fd, address, length, position, 0, 0);
        if (result.ok()) {
          int at = buffer.arrayOffset() + buffer.position();
          Memory.copyOut(address, buffer.array(), at, result.intValue());
          buffer.position(buffer.position() + result.intValue());
        }
      }
      return result;
    } finally {
      java.lang.ref.Reference.reachabilityFence(buffer);
    }
  }

  /** {@code pwrite(fd, buf, count, position)}, or write(2) with {@link #CURRENT}. */
  public static SyscallResult write(int fd, ByteBuffer buffer, long position) {
    Sysno call = position == CURRENT ? Sysno.WRITE : Sysno.PWRITE64;
    try (Scratch scratch = Scratch.open()) {
      long address;
      long length;
      if (buffer.isDirect()) {
        MemorySegment memory = MemorySegment.ofBuffer(buffer);
        address = memory.address();
        length = memory.byteSize();
      } else {
        length = Math.min(CHUNK, buffer.remaining());
        address = scratch.allocate(length);
        if (buffer.hasArray()) {
          int from = buffer.arrayOffset() + buffer.position();
          Memory.copyIn(buffer.array(), from, address, (int) length);
        } else {
          Memory.copyIn(MemorySegment.ofBuffer(buffer).asSlice(0, length), address, length);
        }
      }
      SyscallResult result = Kernel.call(scratch, call, fd, address, length, position, 0, 0);
      if (result.ok()) {
        buffer.position(buffer.position() + result.intValue());
      }
      return result;
    } finally {
      java.lang.ref.Reference.reachabilityFence(buffer);
    }
  }
}
