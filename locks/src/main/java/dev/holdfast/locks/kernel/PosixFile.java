package dev.holdfast.locks.kernel;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.FileLocks;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.locks.Key;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.wait.Deadline;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What this process has locked of one file with POSIX record locks.
 *
 * <p>They belong to the process: the kernel neither keeps its threads apart, nor remembers that two
 * ranges overlap, nor survives the closing of any descriptor of the file. All three are made up for
 * here, the last by {@link HarmlessClose}.
 */
final class PosixFile {
  private record Id(long device, long inode) {}

  private static final Map<Id, PosixFile> ALL = new HashMap<>();

  /** Files of which descriptors are just being closed, and how many: who locks one waits. */
  private static final Map<Id, Integer> CLOSING = new HashMap<>();

  /** A range that is held, or that a thread is about to get from the kernel. */
  static final class Range {
    final long start;
    final long end;
    Mode mode;

    Range(Key key, Mode mode) {
      this.start = key.start();
      this.end = key.length() == 0 ? Long.MAX_VALUE : key.start() + key.length();
      this.mode = mode;
    }

    boolean conflicts(Range other) {
      return start < other.end
          && other.start < end
          && (mode == Mode.EXCLUSIVE || other.mode == Mode.EXCLUSIVE);
    }
  }

  private final Id id;
  private final List<Range> ranges = new ArrayList<>();

  private PosixFile(Id id) {
    this.id = id;
  }

  /**
   * Does what drops this process's locks of the file, unless a thread has locked a part of it or is
   * about to; no thread locks any of it meanwhile.
   *
   * @return false if nothing was done
   */
  static boolean unlessLocked(long device, long inode, Runnable closing) {
    Id id = new Id(device, inode);
    synchronized (ALL) {
      if (ALL.containsKey(id)) {
        return false;
      }
      CLOSING.merge(id, 1, Integer::sum);
    }
    // Not under the monitor: on a network file system it may take long.
    try {
      closing.run();
    } finally {
      synchronized (ALL) {
        CLOSING.computeIfPresent(id, (_, n) -> n == 1 ? null : n - 1);
        ALL.notifyAll();
      }
    }
    return true;
  }

  /** Until nobody is closing it; ALL must be held. */
  private static void awaitClosed(Id id) {
    boolean interrupted = false;
    while (CLOSING.containsKey(id)) {
      try {
        ALL.wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Reserves a range among the threads of this process.
   *
   * @return false if another one has it
   */
  static boolean reserve(Key key, Range range) {
    synchronized (ALL) {
      Id id = new Id(key.device(), key.inode());
      awaitClosed(id);
      PosixFile file = ALL.get(id);
      if (file == null) {
        file = new PosixFile(id);
        ALL.put(id, file);
      } else {
        for (Range other : file.ranges) {
          if (other.conflicts(range)) {
            return false;
          }
        }
      }
      file.ranges.add(range);
      return true;
    }
  }

  /**
   * The same, waiting.
   *
   * @return false if the deadline passed
   */
  static boolean reserve(Key key, Range range, Deadline deadline) throws InterruptedException {
    synchronized (ALL) {
      while (!reserve(key, range)) {
        long left = deadline.left();
        if (left <= 0) {
          return false;
        }
        TimeUnit.NANOSECONDS.timedWait(ALL, Math.max(left, 1_000_000));
      }
      return true;
    }
  }

  /** Gives up a range: unlocks the parts of it that no other range of this process covers. */
  static SyscallResult giveUp(int fd, Key key, Range range) {
    synchronized (ALL) {
      PosixFile file = ALL.get(new Id(key.device(), key.inode()));
      if (file == null || !file.ranges.remove(range)) {
        return SyscallResult.failure(Errno.ENOLCK);
      }
      SyscallResult result = file.unlock(fd, range.start, range.end);
      if (file.ranges.isEmpty()) {
        ALL.remove(file.id);
      }
      ALL.notifyAll();
      return result;
    }
  }

  private SyscallResult unlock(int fd, long start, long end) {
    for (Range other : ranges) {
      if (other.start < end && start < other.end) {
        SyscallResult left =
            start < other.start ? unlock(fd, start, other.start) : SyscallResult.SUCCESS;
        SyscallResult right = other.end < end ? unlock(fd, other.end, end) : SyscallResult.SUCCESS;
        return left.failed() ? left : right;
      }
    }
    long length = end == Long.MAX_VALUE ? 0 : end - start;
    return FileLocks.setlk(fd, FileLocks.F_SETLK, FileLocks.F_UNLCK, start, length);
  }

  /** Changes the mode of a range that is held, if no other range of this process is in the way. */
  static boolean remode(Key key, Range range, Mode to) {
    synchronized (ALL) {
      PosixFile file = ALL.get(new Id(key.device(), key.inode()));
      if (file == null) {
        return false;
      }
      Mode before = range.mode;
      range.mode = to;
      for (Range other : file.ranges) {
        if (other != range && other.conflicts(range)) {
          range.mode = before;
          return false;
        }
      }
      ALL.notifyAll();
      return true;
    }
  }
}
