package dev.holdfast.libc;

/**
 * Advisory file locks: {@code <sys/file.h>} flock(2), and the record locks of {@code <fcntl.h>},
 * both those owned by the process (POSIX) and those owned by the open file description (OFD).
 *
 * <p>flock locks and record locks do not see each other on local file systems. POSIX and OFD record
 * locks do.
 */
public final class FileLocks {
  public static final int LOCK_SH = 1;
  public static final int LOCK_EX = 2;
  public static final int LOCK_NB = 4;
  public static final int LOCK_UN = 8;

  public static final int F_GETLK = 5;
  public static final int F_SETLK = 6;
  public static final int F_SETLKW = 7;
  public static final int F_OFD_GETLK = 36;
  public static final int F_OFD_SETLK = 37;
  public static final int F_OFD_SETLKW = 38;

  public static final int F_RDLCK = 0;
  public static final int F_WRLCK = 1;
  public static final int F_UNLCK = 2;

  private static final int FLOCK_SIZE = 32;

  private FileLocks() {}

  /**
   * {@code struct flock} with {@code l_whence = SEEK_SET}.
   *
   * @param type {@link #F_RDLCK}, {@link #F_WRLCK} or {@link #F_UNLCK}
   * @param length 0 means up to the end of the file, wherever that will be
   * @param pid the owner in this PID namespace; -1 for an OFD lock; 0 if it lives in another
   *     namespace
   */
  public record Flock(int type, long start, long length, int pid) {}

  /**
   * {@code int flock(int fd, int operation)}, flock(2). Without {@link #LOCK_NB} it blocks in the
   * kernel, deaf to {@link Thread#interrupt}: it must then not run on a virtual thread.
   *
   * <p>Callers act on: {@code EAGAIN} (taken), {@code EINTR} (a signal came while it waited),
   * {@code ENOLCK}. A conversion is not atomic: a failed one has lost the lock it started from.
   */
  public static SyscallResult flock(int fd, int operation) {
    return Kernel.call(Sysno.FLOCK, fd, operation, 0);
  }

  /**
   * {@code int fcntl(int fd, int op, struct flock *lock)}, F_OFD_SETLK(2const), F_SETLK(2const),
   * OFD since Linux 3.15. The {@code …W} operations block in the kernel, deaf to {@link
   * Thread#interrupt}: they must not run on a virtual thread.
   *
   * <p>Callers act on: {@code EAGAIN} and {@code EACCES} (taken), {@code EBADF} (a write lock on a
   * descriptor that cannot write), {@code EINTR}, {@code EDEADLK} (POSIX only, and only a hint),
   * {@code ENOLCK}.
   */
  public static SyscallResult setlk(int fd, int operation, int type, long start, long length) {
    try (Scratch scratch = Scratch.open()) {
      long lock = fill(scratch, type, start, length);
      return Kernel.call(scratch, Sysno.FCNTL, fd, operation, lock);
    }
  }

  /**
   * The same with {@link #F_GETLK} or {@link #F_OFD_GETLK}: the first lock that would stand in the
   * way, or one of type {@link #F_UNLCK} if none would. It never reports a lock of the asker
   * itself.
   */
  public static Result<Flock> getlk(int fd, int operation, int type, long start, long length) {
    try (Scratch scratch = Scratch.open()) {
      long lock = fill(scratch, type, start, length);
      SyscallResult result = Kernel.call(scratch, Sysno.FCNTL, fd, operation, lock);
      if (result.failed()) {
        return Result.failure(result.errno());
      }
      return Result.of(
          new Flock(
              Memory.getShort(lock),
              Memory.getLong(lock + 8),
              Memory.getLong(lock + 16),
              Memory.getInt(lock + 24)));
    }
  }

  private static long fill(Scratch scratch, int type, long start, long length) {
    long lock = scratch.allocate(FLOCK_SIZE);
    fill(lock, type, start, length);
    return lock;
  }

  static void fill(long lock, int type, long start, long length) {
    Memory.putLong(lock, type & 0xffffL);
    Memory.putLong(lock + 8, start);
    Memory.putLong(lock + 16, length);
    Memory.putLong(lock + 24, 0);
  }
}
