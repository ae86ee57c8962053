package dev.holdfast.libc;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.util.Arrays;

/**
 * The calls that take and drop one lock on one descriptor, with their arguments laid out once: for
 * those who do it in a tight loop. Only {@link #await} blocks.
 *
 * <p>Where the file is on a local file system the calls are made without telling the Java virtual
 * machine, which saves much of their cost and is harmless only because the kernel answers from its
 * own tables. On a network or user-space file system the answer may take a server's time, during
 * which the collector must be able to run: there they are made like any other. The quick form does
 * not look at errno; one that failed is asked again in the usual form, which does. So are the first
 * few calls of a process, because a start that locks only once should not pay for linking it.
 *
 * <p><b>Threads.</b> One at a time: the caller sees to that.
 */
public final class PreparedLock {
  private static final long STRUCT = 32;

  /** As many calls as a command makes at most that locks, runs a program and ends. */
  private static final int FEW = 64;

  /** Counted without care, and only so far: it says when linking begins to pay. */
  private static int calls;

  /** Linked at the first use. */
  private static final class Quick {
    static final MethodHandle FLOCK =
        link(
            "flock",
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    static final MethodHandle FCNTL =
        link(
            "fcntl",
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG),
            Linker.Option.firstVariadicArg(2));

    private static MethodHandle link(
        String name, FunctionDescriptor type, Linker.Option... options) {
      Linker.Option[] all = Arrays.copyOf(options, options.length + 1);
      all[options.length] = Linker.Option.critical(false);
      return Linker.nativeLinker().downcallHandle(Kernel.symbol(name), type, all);
    }
  }

  private final int fd;
  private final int operation;
  private final long start;
  private final long length;
  private final boolean local;
  private final MemorySegment structs;

  private PreparedLock(int fd, int operation, long start, long length, boolean local) {
    this.fd = fd;
    this.operation = operation;
    this.start = start;
    this.length = length;
    this.local = local;
    // Freed by the collector with this object.
    this.structs = Arena.ofAuto().allocate(3 * STRUCT, 16);
    for (int type = FileLocks.F_RDLCK; type <= FileLocks.F_UNLCK; type++) {
      FileLocks.fill(structs.address() + type * STRUCT, type, start, length);
    }
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

  /** The same for those who ask no more if it is not possible now: one call, not two. */
  public boolean takeQuickly(boolean exclusive) {
    try {
      if (!quick()) {
        return take(exclusive).ok();
      }
      int result;
      if (operation == 0) {
        int flags = (exclusive ? FileLocks.LOCK_EX : FileLocks.LOCK_SH) | FileLocks.LOCK_NB;
        result = (int) Quick.FLOCK.invokeExact(fd, flags);
      } else {
        long lock = struct(exclusive ? FileLocks.F_WRLCK : FileLocks.F_RDLCK);
        result = (int) Quick.FCNTL.invokeExact(fd, operation, lock);
      }
      return result == 0;
    } catch (Throwable unreachable) {
      throw new AssertionError("a downcall threw", unreachable);
    } finally {
      Reference.reachabilityFence(structs);
    }
  }

  /**
   * Waits in the kernel until it has it, deaf to {@link Thread#interrupt}: not on a virtual thread.
   * {@code EINTR} if a signal came meanwhile.
   */
  public SyscallResult await(boolean exclusive) {
    if (operation == 0) {
      return FileLocks.flock(fd, exclusive ? FileLocks.LOCK_EX : FileLocks.LOCK_SH);
    }
    try {
      // F_SETLKW is F_SETLK + 1, and F_OFD_SETLKW is F_OFD_SETLK + 1.
      long lock = struct(exclusive ? FileLocks.F_WRLCK : FileLocks.F_RDLCK);
      return Kernel.call(Sysno.FCNTL, fd, operation + 1L, lock);
    } finally {
      Reference.reachabilityFence(structs);
    }
  }

  private long struct(int type) {
    return structs.address() + type * STRUCT;
  }

  /** Drops it. */
  public SyscallResult drop() {
    return operation == 0 ? flock(FileLocks.LOCK_UN) : fcntl(FileLocks.F_UNLCK);
  }

  private SyscallResult flock(int flags) {
    try {
      if (quick() && (int) Quick.FLOCK.invokeExact(fd, flags) == 0) {
        return SyscallResult.SUCCESS;
      }
    } catch (Throwable unreachable) {
      throw new AssertionError("a downcall threw", unreachable);
    }
    return FileLocks.flock(fd, flags);
  }

  private SyscallResult fcntl(int type) {
    long lock = struct(type);
    try {
      if (quick() && (int) Quick.FCNTL.invokeExact(fd, operation, lock) == 0) {
        return SyscallResult.SUCCESS;
      }
    } catch (Throwable unreachable) {
      throw new AssertionError("a downcall threw", unreachable);
    } finally {
      Reference.reachabilityFence(structs);
    }
    return FileLocks.setlk(fd, operation, type, start, length);
  }

  private boolean quick() {
    return local && (calls > FEW || ++calls > FEW);
  }
}
