package dev.holdfast.libc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Native memory for the arguments of system calls, without an allocation per call: a small stack
 * per platform thread, and a pool of such stacks for virtual threads.
 *
 * <pre>{@code
 * try (Scratch scratch = Scratch.open()) {
 *   long path = scratch.cString(bytes);
 *   …
 * }
 * }</pre>
 *
 * <p>Threads: an open scratch belongs to the thread that opened it. Openings nest.
 */
public final class Scratch implements AutoCloseable {
  private static final int SIZE = 64 * 1024;
  private static final int ERRNO_BYTES = 16;

  private static final ThreadLocal<Scratch> OF_PLATFORM_THREAD =
      ThreadLocal.withInitial(Scratch::new);
  private static final ConcurrentLinkedQueue<Scratch> POOL = new ConcurrentLinkedQueue<>();

  private final MemorySegment captureState;
  private final long base;
  private final long end;
  private long top;
  private long[] marks = new long[8];
  private int depth;
  private boolean pooled;
  private @Nullable Arena overflow;

  private Scratch() {
    MemorySegment memory = Arena.ofAuto().allocate(SIZE, 16);
    captureState = memory.asSlice(0, ERRNO_BYTES);
    base = memory.address() + ERRNO_BYTES;
    end = memory.address() + SIZE;
    top = base;
  }

  public static Scratch open() {
    Scratch scratch;
    if (Thread.currentThread().isVirtual()) {
      Scratch free = POOL.poll();
      scratch = free == null ? new Scratch() : free;
      scratch.pooled = true;
    } else {
      scratch = OF_PLATFORM_THREAD.get();
    }
    if (scratch.depth == scratch.marks.length) {
      scratch.marks = Arrays.copyOf(scratch.marks, scratch.depth * 2);
    }
    scratch.marks[scratch.depth++] = scratch.top;
    return scratch;
  }

  /** Address of {@code size} bytes, 8-aligned, contents undefined. */
  public long allocate(long size) {
    long address = top;
    long next = (address + size + 7) & ~7L;
    if (size < 0 || next > end || next < address) {
      return allocateElsewhere(size);
    }
    top = next;
    return address;
  }

  public long allocateZeroed(long size) {
    long address = allocate(size);
    Memory.zero(address, size);
    return address;
  }

  /** Address of a copy of {@code bytes}, NUL-terminated. */
  public long cString(byte[] bytes) {
    long address = allocate(bytes.length + 1L);
    Memory.copyIn(bytes, 0, address, bytes.length);
    Memory.putByte(address + bytes.length, (byte) 0);
    return address;
  }

  public long bytes(byte[] bytes, int offset, int length) {
    long address = allocate(length);
    Memory.copyIn(bytes, offset, address, length);
    return address;
  }

  MemorySegment captureState() {
    return captureState;
  }

  private long allocateElsewhere(long size) {
    if (overflow == null) {
      overflow = Arena.ofShared();
    }
    return overflow.allocate(size, 16).address();
  }

  @Override
  public void close() {
    top = marks[--depth];
    if (depth == 0) {
      if (overflow != null) {
        overflow.close();
        overflow = null;
      }
      if (pooled) {
        pooled = false;
        POOL.add(this);
      }
    }
  }
}
