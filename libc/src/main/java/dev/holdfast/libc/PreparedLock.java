package dev.holdfast.libc;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The calls that take and drop one lock on one descriptor, with their arguments laid out once: for
 * those who do it in a tight loop. None of them blocks; the waiting forms are in {@link FileLocks}.
 *
 * <p>Where the file is on a local file system the calls are made without telling the Java virtual
 * machine, which saves much of their cost and is harmless only because the kernel answers from its
 * own tables. On a network or user-space file system the answer may take a server's time, during
 * which the collector must be able to run: there they are made like any other. The quick form does
 * not look at errno; one that failed is asked again in the usual form, which does.
 *
 * <p><b>Threads.</b> One at a time: the caller sees to that.
 */
public final class PreparedLock {
  private static final long ERRNO_BYTES = 16;
  private static final long STRUCT = 32;

  private static final MethodHandle FLOCK =
      link("flock", FunctionDescriptor.of(ValueLayout.JAVA_INT, ints(2)), -1, false);
  private static final MethodHandle FLOCK_LOCAL =
      link("flock", FunctionDescriptor.of(ValueLayout.JAVA_INT, ints(2)), -1, true);
  private static final MethodHandle FCNTL = link("fcntl", fcntlType(), 2, false);
  private static final MethodHandle FCNTL_LOCAL = link("fcntl", fcntlType(), 2, true);

  private final int fd;
  private final int operation;
  private final boolean local;
  private final MemorySegment memory;
  private final MemorySegment errno;
  private final long structs;

  private PreparedLock(int fd, int operation, long start, long length, boolean local) {
    this.fd = fd;
    this.operation = operation;
    this.local = local;
    // Freed by the collector with this object.
    this.memory = Arena.ofAuto().allocate(ERRNO_BYTES + 3 * STRUCT, 16);
    this.errno = memory.asSlice(0, ERRNO_BYTES);
    this.structs = memory.address() + ERRNO_BYTES;
    for (int type = FileLocks.F_RDLCK; type <= FileLocks.F_UNLCK; type++) {
      long at = structs + type * STRUCT;
      Memory.putLong(at, type);
      Memory.putLong(at + 8, start);
      Memory.putLong(at + 16, length);
      Memory.putLong(at + 24, 0);
    }
  }

  private static ValueLayout[] ints(int count) {
    ValueLayout[] types = new ValueLayout[count];
    Arrays.fill(types, ValueLayout.JAVA_INT);
    return types;
  }

  private static FunctionDescriptor fcntlType() {
    return FunctionDescriptor.of(
        ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG);
  }

  private static MethodHandle link(
      String name, FunctionDescriptor type, int firstVariadic, boolean local) {
    List<Linker.Option> options = new ArrayList<>();
    if (firstVariadic >= 0) {
      options.add(Linker.Option.firstVariadicArg(firstVariadic));
    }
    options.add(local ? Linker.Option.critical(false) : Linker.Option.captureCallState("errno"));
    return Linker.nativeLinker()
        .downcallHandle(Kernel.symbol(name), type, options.toArray(Linker.Option[]::new));
  }

  /**
   * For flock(2).
   *
   * @param local true only if the file is on a local file system
   */
  public static PreparedLock flock(int fd, boolean local) {
    return new PreparedLock(fd, 0, 0, 0, local);
  }

  /**
   * For a record lock.
   *
   * @param operation {@link FileLocks#F_SETLK} or {@link FileLocks#F_OFD_SETLK}
   * @param local true only if the file is on a local file system
   */
  public static PreparedLock record(int fd, int operation, long start, long length, boolean local) {
    return new PreparedLock(fd, operation, start, length, local);
  }

  /** Takes it if that is possible now; {@code EAGAIN} or {@code EACCES} if it is not. */
  public SyscallResult take(boolean exclusive) {
    return operation == 0
        ? flock((exclusive ? FileLocks.LOCK_EX : FileLocks.LOCK_SH) | FileLocks.LOCK_NB)
        : fcntl(exclusive ? FileLocks.F_WRLCK : FileLocks.F_RDLCK);
  }

  /** Drops it. */
  public SyscallResult drop() {
    return operation == 0 ? flock(FileLocks.LOCK_UN) : fcntl(FileLocks.F_UNLCK);
  }

  private SyscallResult flock(int flags) {
    try {
      if (local && (int) FLOCK_LOCAL.invokeExact(fd, flags) == 0) {
        return SyscallResult.SUCCESS;
      }
      int answer = (int) FLOCK.invokeExact(errno, fd, flags);
      return answer == 0 ? SyscallResult.SUCCESS : failure();
    } catch (Throwable unreachable) {
      throw new AssertionError("a downcall threw", unreachable);
    }
  }

  private SyscallResult fcntl(int type) {
    long lock = structs + type * STRUCT;
    try {
      if (local && (int) FCNTL_LOCAL.invokeExact(fd, operation, lock) == 0) {
        return SyscallResult.SUCCESS;
      }
      int answer = (int) FCNTL.invokeExact(errno, fd, operation, lock);
      return answer == 0 ? SyscallResult.SUCCESS : failure();
    } catch (Throwable unreachable) {
      throw new AssertionError("a downcall threw", unreachable);
    } finally {
      java.lang.ref.Reference.reachabilityFence(memory);
    }
  }

  private SyscallResult failure() {
    return new SyscallResult(-errno.get(ValueLayout.JAVA_INT, 0));
  }
}
