package dev.holdfast.locks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.FileLocks;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.SyscallExceptions;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.Xattr;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The PID file of a daemon (K07), by the Filesystem Hierarchy Standard {@code /run/NAME.pid}: the
 * process number in decimal and a newline, as everybody reads it, and the right to be the only
 * instance (L11).
 *
 * <p><b>Guarantees.</b> {@link Contract#KERNEL_HELD}: what excludes is a flock on the file for as
 * long as the process lives, as pidfile(3) takes it; the number is information. A file that was
 * left by a crash is taken over, whatever number it has and whoever has that number now. A file
 * with a number that a program wrote without a flock is respected, since nobody can tell whether it
 * is in use.
 *
 * <p><b>What remains.</b> It is removed on release, while it is locked, and every acquisition looks
 * whether the name still leads to what it locked; a program that flocks without looking again can
 * lock a file that has just been removed. {@link Held#ensureValid} tells when that happened to us.
 *
 * <p><b>Threads.</b> Safe for all.
 *
 * <p><b>Sources.</b> Filesystem Hierarchy Standard 3.0, 3.15 {@code /run}; pidfile(3).
 */
public final class PidFile extends LocalLock<PidFile> {
  private static final Set<Capability> CAPABILITIES =
      EnumSet.of(Capability.HOLDERS, Capability.SURVIVES_KILL);
  private static final byte[] RECORD = Paths.bytes("user.holdfast.holder");
  private static final int PERMISSIONS = 0644;

  private final Path path;

  PidFile(Path path) {
    super(path.toString(), Mode.EXCLUSIVE);
    this.path = path;
  }

  /** The PID file. */
  public Path path() {
    return path;
  }

  @Override
  PidFile withMode(Mode mode) {
    return this;
  }

  @Override
  public Kind kind() {
    return Kind.PID_FILE;
  }

  @Override
  public Set<Capability> capabilities() {
    return EnumSet.copyOf(CAPABILITIES);
  }

  @Override
  Slot resolve() throws IOException {
    return Slots.of(new PidEngine(NamedFile.forLock(Kind.PID_FILE, path)));
  }

  @Override
  boolean leadsTo(Slot slot) throws IOException {
    return ((PidEngine) slot.engine).file.inPlace();
  }

  private static final class PidEngine implements Engine {
    private final NamedFile file;
    private final Key key;
    private final String path;

    /** Open while it is claimed or waited for. */
    private volatile @Nullable LockFile opened;

    PidEngine(NamedFile file) {
      this.file = file;
      this.key = file.key(Kind.PID_FILE);
      this.path = file.path.toString();
    }

    @Override
    public Key key() {
      return key;
    }

    @Override
    public String name() {
      return path;
    }

    @Override
    public boolean tryClaim(Mode mode) throws IOException {
      for (; ; ) {
        LockFile lock = LockFile.open(file.path, LockFile.Want.WRITABLE, PERMISSIONS);
        boolean kept = false;
        int fd = lock.fd().borrow();
        try {
          SyscallResult result = FileLocks.flock(fd, FileLocks.LOCK_EX | FileLocks.LOCK_NB);
          if (result.is(Errno.EAGAIN)) {
            return false;
          }
          result.orThrow("flock", path);
          if (!LockFile.leads(file.path, lock.stat().device(), lock.stat().inode())) {
            // Its last holder removed it between our open and our lock.
            continue;
          }
          kept = mayTakeOver(fd) && occupy(fd);
          if (kept) {
            opened = lock;
          }
          return kept;
        } finally {
          lock.fd().giveBack();
          if (!kept) {
            lock.closeQuietly();
          }
        }
      }
    }

    /** With the flock held: true if the file is empty, or was left by one who had the flock too. */
    private static boolean mayTakeOver(int fd) {
      byte[] contents = new byte[32];
      SyscallResult length = Unistd.pread(fd, contents, 0, contents.length, 0);
      if (length.ok() && length.raw() == 0) {
        return true;
      }
      Result<byte[]> beside = Xattr.fgetxattr(fd, RECORD);
      if (beside.failed() || length.failed()) {
        return false;
      }
      HolderRecord record = HolderRecord.parse(beside.value());
      byte[] said = Arrays.copyOf(contents, length.intValue());
      return record != null && record.pid() == NamedFileEngine.pidIn(said);
    }

    private boolean occupy(int fd) throws IOException {
      HolderRecord record = Self.record();
      byte[] contents = (record.pid() + "\n").getBytes(US_ASCII);
      // Emptied first: if we end before the number is written, the next one may take it over. A
      // number beside the record of another holder would be respected for ever.
      Unistd.ftruncate(fd, 0).orThrow("ftruncate", path);
      Xattr.fsetxattr(fd, RECORD, record.toBytes(), 0);
      SyscallResult written = Unistd.pwrite(fd, contents, 0, contents.length, 0);
      if (written.orThrow("write", path) != contents.length) {
        throw SyscallExceptions.of(Errno.ENOSPC, "write", path);
      }
      return true;
    }

    @Override
    public boolean claim(Mode mode, Deadline deadline) throws IOException, InterruptedException {
      Backoff backoff = new Backoff(500_000, 20_000_000);
      while (!tryClaim(mode)) {
        if (deadline.passed()) {
          return false;
        }
        if (!waitForFlock(deadline)) {
          // Nobody has the flock, and yet it is not ours to take.
          backoff.pause(deadline);
        }
      }
      return true;
    }

    /** Waits until whoever has the flock lets go; false if it need not have waited. */
    private boolean waitForFlock(Deadline deadline) throws IOException, InterruptedException {
      if (!KernelWait.available()) {
        return false;
      }
      LockFile lock = LockFile.open(file.path, LockFile.Want.WRITABLE, PERMISSIONS);
      try (OwnedFd owned = lock.fd()) {
        int fd = owned.borrow();
        try {
          SyscallResult now = FileLocks.flock(fd, FileLocks.LOCK_SH | FileLocks.LOCK_NB);
          if (!now.is(Errno.EAGAIN)) {
            return false;
          }
          KernelWait.await(() -> FileLocks.flock(fd, FileLocks.LOCK_SH), deadline);
          return true;
        } finally {
          owned.giveBack();
        }
      }
    }

    @Override
    public void release() throws IOException {
      LockFile lock = opened;
      opened = null;
      if (lock == null) {
        return;
      }
      try {
        NamedFile.Identity mine = new NamedFile.Identity(lock.stat().device(), lock.stat().inode());
        if (!file.takeAway(mine)) {
          throw new LockLostException(path, "the PID file is gone or was replaced");
        }
      } finally {
        lock.closeQuietly();
      }
    }

    @Override
    public long token(Mode mode) throws IOException {
      return Sidecar.of(path).token(Kind.PID_FILE.word, mode);
    }

    @Override
    public void check(Mode mode) throws IOException {
      LockFile lock = opened;
      if (lock == null || !LockFile.leads(file.path, lock.stat().device(), lock.stat().inode())) {
        throw new LockLostException(path, "the PID file is gone or was replaced");
      }
    }

    @Override
    public List<Holder> holders() throws IOException {
      try (NamedFile.Found found = file.read()) {
        if (found == null || found.contents().length == 0) {
          return List.of();
        }
        return List.of(NamedFileEngine.holder(found, file.local()));
      }
    }

    @Override
    public void dispose() {
      file.close();
    }
  }
}
