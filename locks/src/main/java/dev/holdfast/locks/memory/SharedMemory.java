package dev.holdfast.locks.memory;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.FileLocks;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.SharedMapping;
import dev.holdfast.libc.SharedWord;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.locks.Holder;
import dev.holdfast.locks.Key;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.kernel.LockFile;
import dev.holdfast.locks.kernel.OfdLock;
import dev.holdfast.locks.proc.KernelLocks;
import dev.holdfast.locks.process.Slots;
import dev.holdfast.locks.scope.Scope;
import dev.holdfast.locks.wait.Backoff;
import dev.holdfast.locks.wait.Deadline;
import dev.holdfast.path.FileName;
import dev.holdfast.path.FileSystems;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Counters, locks and semaphores in a file that several processes have mapped (K14), numbered from
 * 0 to {@link #CELLS}.
 *
 * <p><b>Guarantees.</b> They survive the death of a holder, also by kill -9: each process has a
 * slot, and holds an open-file-description lock on the slot's byte for as long as it lives; who
 * finds a slot in its way asks the kernel whether that byte is still locked. What the dead process
 * held is then given up in its place; a lock that it held exclusively is handed on as inconsistent,
 * to be repaired first: see {@link SharedMemoryLock#repairedBy}.
 *
 * <p><b>Remaining races.</b> At most {@link #PROCESSES} processes at a time. Whoever may write the
 * file can do anything to it; who makes it shorter kills its users. A local file system is needed.
 *
 * <p><b>Threads.</b> Safe for all, virtual ones included: where one would wait in the kernel a
 * platform thread does so in its place. Opened once per process and file; never unmapped.
 *
 * <p><b>Sources.</b> futex(2), F_OFD_GETLK(2const); pthread_mutexattr_setrobust(3) for the idea,
 * which Java cannot use since its owner is a kernel thread.
 */
public final class SharedMemory {
  /** How many cells a file has. */
  public static final int CELLS = 64;

  /** How many processes can have a file open. */
  public static final int PROCESSES = CellState.SLOTS;

  private static final long MAGIC = 0x324d454d54534448L;
  private static final int HEADER = 4096;
  private static final int CELL = 512;
  private static final long SIZE = HEADER + (long) CELLS * CELL;

  /** The bytes that are locked lie beyond the file, where nobody else locks. */
  private static final long INITIAL_BYTE = 1L << 40;

  private static final long SLOT_BYTES = INITIAL_BYTE + 1;

  private static final Map<Key, SharedMemory> OPEN = new HashMap<>();

  /** Longer than any other process takes to set it up. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Path path;
  private final Key key;
  private final SharedMapping mapping;

  /** Holds our slot's byte. Never closed. */
  private final LockFile owner;

  /** Tries the bytes of others: what it unlocks is never our own. One thread at a time. */
  private final LockFile asker;

  private final int slot;
  private final MemoryCell[] cells = new MemoryCell[CELLS];

  private SharedMemory(Path path, Key key, LockFile owner, LockFile asker, SharedMapping mapping)
      throws IOException {
    this.path = path;
    this.key = key;
    this.owner = owner;
    this.asker = asker;
    this.mapping = mapping;
    this.slot = claimSlot();
    for (int cell = 0; cell < CELLS; cell++) {
      cells[cell] = new MemoryCell(this, cell);
      // Whatever the slot's last owner left, since that one is dead.
      cells[cell].giveUp(slot);
      mapping.setInt(offset(cell) + MemoryCell.PERMITS + 4L * slot, 0);
    }
  }

  /** Maps a file, which is made if it is not there, for this user only. */
  public static SharedMemory open(Path path) throws IOException {
    for (boolean again = false; ; again = true) {
      try {
        return openOnce(path);
      } catch (FileSystemException failed) {
        Slots.makeRoomFor(failed, again);
      }
    }
  }

  private static SharedMemory openOnce(Path path) throws IOException {
    synchronized (OPEN) {
      // Before the file is made: this asks its directory.
      Scope.require(SharedMemoryLock.KIND, FileName.shownOf(path), FileSystems.of(path));
      LockFile owner = LockFile.open(path, LockFile.Want.WRITABLE, 0600);
      boolean kept = false;
      try {
        Key key =
            Key.ofFile(SharedMemoryLock.KIND, owner.stat().device(), owner.stat().inode(), 0, 0);
        SharedMemory there = OPEN.get(key);
        if (there != null) {
          return there;
        }
        LockFile asker = LockFile.open(path, LockFile.Want.WRITABLE, 0600);
        try {
          SharedMapping mapping = map(path, owner);
          SharedMemory made = new SharedMemory(path, key, owner, asker, mapping);
          OPEN.put(key, made);
          kept = true;
          return made;
        } finally {
          if (!kept) {
            asker.closeQuietly();
          }
        }
      } finally {
        if (!kept) {
          owner.closeQuietly();
        }
      }
    }
  }

  private static SharedMapping map(Path path, LockFile file) throws IOException {
    try (OwnedFd.Use use = file.fd().use()) {
      lockByte(use.fd(), path, INITIAL_BYTE);
      try {
        long size =
            Unistd.lseek(use.fd(), 0, Unistd.SEEK_END).orThrow("lseek", FileName.shownOf(path));
        if (size == 0) {
          Unistd.ftruncate(use.fd(), SIZE).orThrow("ftruncate", FileName.shownOf(path));
        } else if (size != SIZE) {
          throw new FileSystemException(
              FileName.shownOf(path), null, "is not shared memory of Holdfast");
        }
        Result<SharedMapping> mapped = SharedMapping.mmap(use.fd(), SIZE);
        SharedMapping mapping = mapped.orThrow("mmap", FileName.shownOf(path));
        SharedWord magic = mapping.word(0);
        if (!magic.compareAndSet(0, MAGIC) && magic.get() != MAGIC) {
          throw new FileSystemException(
              FileName.shownOf(path), null, "is not shared memory of Holdfast");
        }
        return mapping;
      } finally {
        FileLocks.setlk(use.fd(), FileLocks.F_OFD_SETLK, FileLocks.F_UNLCK, INITIAL_BYTE, 1);
      }
    }
  }

  private static void lockByte(int fd, Path path, long at) throws IOException {
    Backoff backoff = new Backoff(50_000, 5_000_000);
    Deadline deadline = Deadline.after(PATIENCE);
    boolean interrupted = false;
    try {
      for (; ; ) {
        SyscallResult locked = FileLocks.setlk(fd, FileLocks.F_OFD_SETLK, FileLocks.F_WRLCK, at, 1);
        if (!locked.is(Errno.EAGAIN) && !locked.is(Errno.EACCES)) {
          locked.orThrow("fcntl F_OFD_SETLK", FileName.shownOf(path));
          return;
        }
        if (deadline.passed()) {
          throw new FileSystemException(
              FileName.shownOf(path),
              null,
              "a lock on all of it keeps it from being used as shared memory (EAGAIN);"
                  + " `holdfast locks` tells whose");
        }
        try {
          backoff.pause(deadline);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** A slot that no living process has, locked for as long as we live. */
  private int claimSlot() throws IOException {
    try (OwnedFd.Use use = owner.fd().use()) {
      for (int i = 0; i < PROCESSES; i++) {
        SyscallResult mine =
            FileLocks.setlk(use.fd(), FileLocks.F_OFD_SETLK, FileLocks.F_WRLCK, SLOT_BYTES + i, 1);
        if (mine.ok()) {
          return i;
        }
        if (!mine.is(Errno.EAGAIN) && !mine.is(Errno.EACCES)) {
          mine.orThrow("fcntl F_OFD_SETLK", FileName.shownOf(path));
        }
      }
    }
    throw new FileSystemException(
        FileName.shownOf(path), null, PROCESSES + " processes have it open already");
  }

  /** A number that all processes count with. */
  public SharedCounter counter(int cell) {
    return new SharedCounter(this, offset(cell));
  }

  /** A lock with readers and writers. */
  public SharedMemoryLock lock(int cell) {
    return new SharedMemoryLock(cell(cell), Mode.EXCLUSIVE, null);
  }

  /**
   * A semaphore.
   *
   * @throws IllegalArgumentException if the first to ask for it, in whatever process, gave it
   *     another number of permits
   */
  public SharedSemaphore semaphore(int cell, int permits) {
    return new SharedSemaphore(this, cell, permits);
  }

  /** Where a cell begins. */
  static long offset(int cell) {
    if (cell < 0 || cell >= CELLS) {
      throw new IllegalArgumentException("no such cell: " + cell);
    }
    return HEADER + (long) cell * CELL;
  }

  MemoryCell cell(int cell) {
    offset(cell);
    return cells[cell];
  }

  Path path() {
    return path;
  }

  SharedMapping mapping() {
    return mapping;
  }

  int slot() {
    return slot;
  }

  Key key(int cell) {
    return Key.ofFile(SharedMemoryLock.KIND, key.device(), key.inode(), cell, 1);
  }

  /**
   * Does something in the place of the process of a slot that is not ours, if that has ended.
   * Nobody can get the slot while that is done.
   *
   * @return true if it was done
   */
  synchronized boolean ifDead(int other, Runnable action) throws IOException {
    if (other == slot) {
      return false;
    }
    try (OwnedFd.Use use = asker.fd().use()) {
      long at = SLOT_BYTES + other;
      SyscallResult free =
          FileLocks.setlk(use.fd(), FileLocks.F_OFD_SETLK, FileLocks.F_WRLCK, at, 1);
      if (free.is(Errno.EAGAIN) || free.is(Errno.EACCES)) {
        return false;
      }
      free.orThrow("fcntl F_OFD_SETLK", FileName.shownOf(path));
      try {
        action.run();
      } finally {
        FileLocks.setlk(use.fd(), FileLocks.F_OFD_SETLK, FileLocks.F_UNLCK, at, 1);
      }
      return true;
    }
  }

  /** The process that has a slot; -1 if it cannot be seen. */
  int pidOf(int other) throws IOException {
    if (other == slot) {
      return Unistd.getpid();
    }
    Statx file = owner.stat();
    Key slotByte = Key.ofFile(OfdLock.KIND, file.device(), file.inode(), SLOT_BYTES + other, 1);
    for (Holder holder : KernelLocks.holders(file, KernelLocks.Family.RECORD, slotByte)) {
      if (holder.pid() > 0) {
        return holder.pid();
      }
    }
    return -1;
  }
}
