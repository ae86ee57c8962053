package dev.holdfast.files;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.FileLocks;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.SyscallResult;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The locks that the channels of one open file hold: record locks of its open file description
 * (OFD), fcntl(2). Closing another descriptor of the file does not lose them, as it loses the POSIX
 * ones of the JDK's channels (L10); both kinds exclude each other. Threads: safe for all.
 */
final class ChannelLocks {
  private final OpenFile file;
  private final List<Held> all = new ArrayList<>();

  ChannelLocks(OpenFile file) {
    this.file = file;
  }

  /**
   * Takes one; null if somebody else has one there.
   *
   * @throws OverlappingFileLockException if a channel of this open file has
   */
  @Nullable FileLock tryLock(FileChannel channel, long at, long size, boolean shared)
      throws IOException {
    Held lock = new Held(channel, at, size, shared);
    synchronized (all) {
      for (Held other : all) {
        if (other.overlaps(at, size)) {
          throw new OverlappingFileLockException();
        }
      }
      SyscallResult result = set(lock, shared ? FileLocks.F_RDLCK : FileLocks.F_WRLCK);
      if (result.is(Errno.EAGAIN) || result.is(Errno.EACCES)) {
        return null;
      }
      result.orThrow("fcntl", file.path());
      all.add(lock);
      if (!channel.isOpen()) {
        // Closed since it was asked: whoever closed it may have looked for its locks before.
        release(lock);
        throw new AsynchronousCloseException();
      }
      return lock;
    }
  }

  private SyscallResult set(Held lock, int type) throws IOException {
    // No length: as far as a file can grow.
    long length = lock.size() == Long.MAX_VALUE - lock.position() ? 0 : lock.size();
    try (OwnedFd.Use use = file.use()) {
      return FileLocks.setlk(use.fd(), FileLocks.F_OFD_SETLK, type, lock.position(), length);
    }
  }

  /** Gives back those of one channel. */
  void release(FileChannel channel) throws IOException {
    synchronized (all) {
      for (Held lock : List.copyOf(all)) {
        if (lock.acquiredBy().equals(channel)) {
          release(lock);
        }
      }
    }
  }

  private void release(Held lock) throws IOException {
    synchronized (all) {
      if (all.remove(lock) && file.isOpen()) {
        try {
          set(lock, FileLocks.F_UNLCK).orThrow("fcntl", file.path());
        } catch (ClosedChannelException closedMeanwhile) {
          // The lock went with the file.
        }
      }
    }
  }

  private boolean has(Held lock) {
    synchronized (all) {
      return all.contains(lock);
    }
  }

  private final class Held extends FileLock {
    Held(FileChannel channel, long at, long size, boolean shared) {
      super(channel, at, size, shared);
    }

    @Override
    public boolean isValid() {
      return acquiredBy().isOpen() && file.isOpen() && has(this);
    }

    @Override
    public void release() throws IOException {
      if (!acquiredBy().isOpen()) {
        throw new ClosedChannelException();
      }
      ChannelLocks.this.release(this);
    }
  }
}
