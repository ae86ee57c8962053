package dev.holdfast.locks.kernel;

import dev.holdfast.libc.FileLocks;
import dev.holdfast.libc.SyscallExceptions;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.locks.Contract;
import dev.holdfast.locks.Held;
import dev.holdfast.locks.Holder;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Key;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.LockLostException;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.proc.KernelLocks;
import dev.holdfast.locks.process.LocalKind;
import dev.holdfast.locks.scope.ScopeRules;
import dev.holdfast.locks.wait.Deadline;
import dev.holdfast.locks.wait.Watch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A POSIX record lock on a file or on a range of its bytes (K03): for programs that need the kernel
 * to name the holder, or file systems that know no OFD locks. Else take {@link OfdLock}.
 *
 * <p><b>Guarantees.</b> {@link Contract#KERNEL_HELD}. It excludes POSIX and OFD record locks of
 * other processes, and threads of this one that ask through this class.
 *
 * <p><b>Remaining races.</b> The kernel drops it when <em>any</em> descriptor of the file is closed
 * in this process (L10): reading the file with {@code Files.readAllBytes} while it is held loses
 * it. No descriptor of this library does that; other code may, and only {@link Held#ensureValid}
 * tells. Two class loaders with a copy of this library each do not see each other. Else as {@link
 * OfdLock}.
 *
 * <p><b>Threads.</b> Safe for all.
 *
 * <p><b>Sources.</b> F_SETLK(2const), POSIX.1-2008 fcntl.
 */
public final class PosixLock extends RecordLock<PosixLock> {
  /** What it is called, and where locks of it come from. */
  public static final Kind KIND =
      new LocalKind("posix", "POSIX record lock", 1, ScopeRules::recordLocks) {
        @Override
        public HostLock at(Path path) throws IOException {
          return new PosixLock(path, Mode.EXCLUSIVE, 0, 0, NewFile.PRIVATE);
        }

        @Override
        public String family() {
          return "record";
        }
      };

  PosixLock(Path path, Mode mode, long start, long length, NewFile made) {
    super(path, mode, start, length, made, KIND);
  }

  @Override
  PosixLock with(Mode mode, long start, long length, NewFile made) {
    return new PosixLock(path(), mode, start, length, made);
  }

  @Override
  FileEngine engine(LockFile file, Key key) throws IOException {
    return new PosixEngine(key, path(), file);
  }

  private static final class PosixEngine extends FileEngine {
    private PosixFile.@Nullable Range range;

    PosixEngine(Key key, Path path, LockFile file) throws IOException {
      super(key, path, file);
    }

    private SyscallResult set(int operation, Mode mode) {
      int type = mode == Mode.SHARED ? FileLocks.F_RDLCK : FileLocks.F_WRLCK;
      return FileLocks.setlk(fd, operation, type, key().start(), key().length());
    }

    @Override
    SyscallResult trySet(Mode mode) {
      return set(FileLocks.F_SETLK, mode);
    }

    @Override
    boolean takeQuickly(Mode mode) {
      return trySet(mode).ok();
    }

    @Override
    SyscallResult set(Mode mode) {
      return set(FileLocks.F_SETLKW, mode);
    }

    @Override
    IOException failed(SyscallResult result) {
      return SyscallExceptions.of(result.errno(), "fcntl F_SETLK", path);
    }

    @Override
    public boolean tryClaim(Mode mode) throws IOException {
      PosixFile.Range mine = new PosixFile.Range(key(), mode);
      if (!PosixFile.reserve(key(), mine)) {
        return false;
      }
      boolean granted = false;
      try {
        granted = granted(trySet(mode));
      } finally {
        settle(mine, granted);
      }
      return granted;
    }

    @Override
    public boolean claim(Mode mode, Deadline deadline) throws IOException, InterruptedException {
      PosixFile.Range mine = new PosixFile.Range(key(), mode);
      if (!PosixFile.reserve(key(), mine, deadline)) {
        return false;
      }
      boolean granted = false;
      try {
        granted = claimFromKernel(mode, deadline);
      } finally {
        settle(mine, granted);
      }
      return granted;
    }

    private void settle(PosixFile.Range mine, boolean granted) {
      if (granted) {
        range = mine;
      } else {
        PosixFile.giveUp(fd, key(), mine);
      }
    }

    @Override
    public void release() throws IOException {
      PosixFile.Range mine = range;
      range = null;
      if (mine != null) {
        PosixFile.giveUp(fd, key(), mine).orThrow("fcntl F_SETLK", path);
      }
    }

    @Override
    public boolean convert(Mode to) throws IOException {
      PosixFile.Range mine = range;
      if (mine == null) {
        return false;
      }
      if (to == Mode.EXCLUSIVE) {
        // First here, then outside; downwards the other way round.
        return PosixFile.remode(key(), mine, to) && converted(mine, to);
      }
      return granted(set(FileLocks.F_SETLK, to)) && PosixFile.remode(key(), mine, to);
    }

    private boolean converted(PosixFile.Range mine, Mode to) throws IOException {
      boolean granted = false;
      try {
        granted = granted(set(FileLocks.F_SETLK, to));
      } finally {
        if (!granted) {
          PosixFile.remode(key(), mine, Mode.SHARED);
        }
      }
      return granted;
    }

    @Override
    public Watch watch(Runnable hint) {
      return watchName(hint, true);
    }

    @Override
    public long token(Mode mode) throws IOException {
      return Tokens.onFile(fd, "record", key(), filePath, mode);
    }

    @Override
    public void check(Mode mode) throws IOException {
      if (!KernelLocks.holdsPosix(file.stat(), key(), mode)) {
        throw new LockLostException(
            path,
            "the kernel has no such lock of this process: a descriptor of it was closed (L10)");
      }
    }

    @Override
    public List<Holder> holders() throws IOException {
      return KernelLocks.holders(file.stat(), KernelLocks.Family.RECORD, key());
    }
  }
}
