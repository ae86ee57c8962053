package dev.holdfast.files;

import dev.holdfast.libc.BufferIo;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Poll;
import dev.holdfast.libc.SyscallResult;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Reads a file from its beginning, up to a number of bytes and a time: see {@link OpenFile}. */
final class BoundedInputStream extends InputStream {
  private static final int SLICE_MILLIS = 100;

  private final OpenFile file;
  private final long maxBytes;
  private final long deadlineNanos;
  private final boolean seekable;
  private long position;

  BoundedInputStream(OpenFile file, long maxBytes, Duration timeout) {
    this.file = file;
    this.maxBytes = maxBytes;
    this.deadlineNanos = System.nanoTime() + timeout.toNanos();
    this.seekable = file.isSeekable();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    // One byte more than allowed tells "exactly the limit" from "more than the limit".
    long left = maxBytes - position;
    ByteBuffer target = ByteBuffer.wrap(buffer, offset, left < length ? (int) left + 1 : length);
    try (OwnedFd.Use use = file.use()) {
      for (; ; ) {
        if (System.nanoTime() - deadlineNanos >= 0) {
          throw new InputLimitException(file.path(), "input did not end in the time allowed");
        }
        SyscallResult result =
            BufferIo.read(use.fd(), target, seekable ? position : BufferIo.CURRENT);
        if (result.is(Errno.EAGAIN)) {
          await(use.fd());
        } else if (!result.is(Errno.EINTR)) {
          return count((int) result.orThrow("read", file.path()));
        }
      }
    }
  }

  private int count(int got) throws InputLimitException {
    position += got;
    if (position > maxBytes) {
      throw new InputLimitException(file.path(), "input is longer than " + maxBytes + " bytes");
    }
    return got == 0 ? -1 : got;
  }

  private int millisLeft() {
    long left = deadlineNanos - System.nanoTime();
    return left <= 0
        ? 0
        : (int) Math.min(Integer.MAX_VALUE, TimeUnit.NANOSECONDS.toMillis(left) + 1);
  }

  /** Waits in slices, so that an interrupt is seen. */
  private void await(int fd) throws IOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException(file.path());
    }
    Poll.poll(fd, Poll.POLLIN, Math.min(SLICE_MILLIS, millisLeft()));
  }
}
