package dev.holdfast.files;

import dev.holdfast.libc.BufferIo;
import dev.holdfast.libc.MappedAgain;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.SyscallExceptions;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.path.make.Interruptions;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.FileLockInterruptionException;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A {@link FileChannel} on a held descriptor, by pread(2) and pwrite(2). The position is the
 * channel's own, so that several channels on one file do not disturb each other.
 *
 * <p>Locks are those of the open file description: a POSIX record lock of the JDK's kind would
 * vanish with any other descriptor of the file (L10). An interrupt does not close the channel.
 */
final class HeldFileChannel extends MappedAgain {
  private static final int TRANSFER = 128 * 1024;
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long MAX_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final OpenFile file;
  private final boolean ownsFile;
  private final Closeable onClose;
  private final boolean readable;
  private final boolean writable;
  private final boolean append;
  private final boolean seekable;

  private volatile boolean hasLocked;

  private final Position position;

  /** Where reading or writing goes on; guarded by itself. */
  static final class Position {
    long at;
  }

  HeldFileChannel(OpenFile file, boolean ownsFile, Closeable onClose) {
    this(file, ownsFile, onClose, new Position());
  }

  /** One that goes on where others with this position are. */
  HeldFileChannel(OpenFile file, boolean ownsFile, Closeable onClose, Position position) {
    this.file = file;
    this.position = position;
    this.ownsFile = ownsFile;
    this.onClose = onClose;
    this.readable = file.isReadable();
    this.writable = file.isWritable();
    this.append = file.isAppending();
    this.seekable = file.isSeekable();
  }

  private void requireOpen() throws ClosedChannelException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
  }

  private void requireReadable() throws ClosedChannelException {
    requireOpen();
    if (!readable) {
      throw new NonReadableChannelException();
    }
  }

  private void requireWritable() throws ClosedChannelException {
    requireOpen();
    if (!writable) {
      throw new NonWritableChannelException();
    }
  }

  /** Up to what the buffer holds: goes on only while the kernel fills whole chunks. */
  private int readFully(ByteBuffer target, long at) throws IOException {
    if (!target.hasRemaining()) {
      return 0;
    }
    int total = 0;
    Interruptions interruptions = new Interruptions();
    try (OwnedFd.Use use = file.use()) {
      do {
        int wanted = target.isDirect() ? target.remaining() : BufferIo.CHUNK;
        SyscallResult result =
            BufferIo.read(use.fd(), target, seekable ? at + total : BufferIo.CURRENT);
        if (interruptions.again(result)) {
          continue;
        }
        if (result.failed() && total > 0) {
          break;
        }
        int got = (int) result.orThrow("pread", file.path());
        if (got == 0) {
          return total == 0 ? -1 : total;
        }
        total += got;
        if (got < wanted) {
          break;
        }
      } while (target.hasRemaining());
    }
    return total;
  }

  /** All of the buffer, unless a descriptor that cannot seek takes only part of it. */
  static int writeFully(OpenFile file, ByteBuffer source, long at) throws IOException {
    int total = 0;
    boolean seekable = file.isSeekable();
    Interruptions interruptions = new Interruptions();
    try (OwnedFd.Use use = file.use()) {
      while (source.hasRemaining()) {
        SyscallResult result =
            BufferIo.write(use.fd(), source, seekable ? at + total : BufferIo.CURRENT);
        if (interruptions.again(result)) {
          continue;
        }
        if (result.failed() && (total == 0 || seekable)) {
          throw SyscallExceptions.of(result.errno(), "pwrite", file.path());
        }
        if (result.failed()) {
          break;
        }
        total += (int) result.raw();
      }
    }
    return total;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    requireReadable();
    synchronized (position) {
      int got = readFully(target, position.at);
      position.at += Math.max(got, 0);
      return got;
    }
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, targets.length);
    requireReadable();
    long total = 0;
    for (int i = offset; i < offset + length; i++) {
      if (!targets[i].hasRemaining()) {
        continue;
      }
      int got = read(targets[i]);
      if (got < 0) {
        return total == 0 ? -1 : total;
      }
      total += got;
      if (targets[i].hasRemaining()) {
        break;
      }
    }
    return total;
  }

  @Override
  public int read(ByteBuffer target, long at) throws IOException {
    requirePosition(at);
    requireReadable();
    return readFully(target, at);
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    requireWritable();
    synchronized (position) {
      int before = source.position();
      try {
        return writeFully(file, source, position.at);
      } finally {
        // Also after a failure: what is left in the buffer belongs behind what was written.
        position.at += source.position() - before;
      }
    }
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, sources.length);
    requireWritable();
    long total = 0;
    for (int i = offset; i < offset + length; i++) {
      total += write(sources[i]);
      if (sources[i].hasRemaining()) {
        break;
      }
    }
    return total;
  }

  @Override
  public int write(ByteBuffer source, long at) throws IOException {
    requirePosition(at);
    requireWritable();
    return writeFully(file, source, at);
  }

  private static void requirePosition(long at) {
    if (at < 0) {
      throw new IllegalArgumentException("negative position");
    }
  }

  @Override
  public long position() throws IOException {
    requireOpen();
    synchronized (position) {
      // The kernel's own, whatever was set: the end of the file.
      return append ? file.size() : position.at;
    }
  }

  @Override
  public FileChannel position(long newPosition) throws IOException {
    requirePosition(newPosition);
    requireOpen();
    synchronized (position) {
      position.at = newPosition;
    }
    return this;
  }

  @Override
  public long size() throws IOException {
    requireOpen();
    return file.size();
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    requirePosition(size);
    requireWritable();
    synchronized (position) {
      if (size < file.size()) {
        file.truncate(size);
      }
      position.at = Math.min(position.at, size);
    }
    return this;
  }

  @Override
  public void force(boolean metaData) throws IOException {
    requireOpen();
    file.sync(metaData);
  }

  @Override
  public long transferTo(long from, long count, WritableByteChannel target) throws IOException {
    requirePosition(from);
    requirePosition(count);
    requireReadable();
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(TRANSFER, count));
    long total = 0;
    while (total < count) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), count - total));
      if (read(buffer, from + total) <= 0) {
        break;
      }
      buffer.flip();
      int wanted = buffer.remaining();
      int put = target.write(buffer);
      total += put;
      if (put < wanted) {
        break;
      }
    }
    return total;
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long to, long count) throws IOException {
    requirePosition(to);
    requirePosition(count);
    requireWritable();
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(TRANSFER, count));
    long total = 0;
    while (total < count) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), count - total));
      if (source.read(buffer) <= 0) {
        break;
      }
      buffer.flip();
      total += write(buffer, to + total);
    }
    return total;
  }

  /**
   * Maps through the kernel's own reference to this descriptor, {@code /proc/self/fd}: no name is
   * looked up again, but /proc must be mounted.
   */
  @Override
  protected FileChannel again(MapMode mode) throws IOException {
    // Before it is opened again, which could give more rights than this channel has.
    requireReadable();
    if (!mode.equals(MapMode.READ_ONLY)) {
      requireWritable();
    }
    try (OwnedFd.Use use = file.use()) {
      return FileChannel.open(
          Path.of("/proc/self/fd/" + use.fd()),
          mode.equals(MapMode.READ_ONLY)
              ? Set.of(StandardOpenOption.READ)
              : Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE));
    }
  }

  /** Waits interruptibly, and until the channel is closed: so not in the kernel. */
  @Override
  public FileLock lock(long at, long size, boolean shared) throws IOException {
    long pause = FIRST_PAUSE_NANOS;
    for (; ; ) {
      FileLock lock = tryLock(at, size, shared);
      if (lock != null) {
        return lock;
      }
      try {
        TimeUnit.NANOSECONDS.sleep(pause);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new FileLockInterruptionException();
      }
      if (!isOpen()) {
        throw new AsynchronousCloseException();
      }
      pause = Math.min(2 * pause, MAX_PAUSE_NANOS);
    }
  }

  @Override
  public @Nullable FileLock tryLock(long at, long size, boolean shared) throws IOException {
    requirePosition(at);
    requirePosition(size);
    if (shared) {
      requireReadable();
    } else {
      requireWritable();
    }
    long most = Long.MAX_VALUE - at;
    // As the JDK has it: none, or the largest there is, means to the end.
    hasLocked = true;
    return file.locks()
        .tryLock(this, at, size == 0 || size == Long.MAX_VALUE ? most : size, shared);
  }

  @Override
  protected void implCloseChannel() throws IOException {
    try {
      if (hasLocked) {
        file.locks().release(this);
      }
      onClose.close();
    } finally {
      if (ownsFile) {
        file.close();
      }
    }
  }

  /** The end of the file, for a channel that is to go on there. */
  void seekToEnd() throws IOException {
    try (OwnedFd.Use use = file.use()) {
      position.at = Unistd.lseek(use.fd(), 0, Unistd.SEEK_END).orThrow("lseek", file.path());
    }
  }
}
