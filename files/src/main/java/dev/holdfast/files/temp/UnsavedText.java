package dev.holdfast.files.temp;

import static dev.holdfast.files.inside.Core.CORE;

import dev.holdfast.files.OpenFile;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.SyscallResult;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * Input that is read once and written until one place takes all of it: what a place took before it
 * failed is kept, open and without a name, for the next one. Threads: one at a time.
 */
final class UnsavedText implements AutoCloseable {
  private static final int BUFFER = 64 * 1024;

  private final InputStream in;

  /** What was read and not written yet. */
  private final ByteBuffer pending = ByteBuffer.allocate(BUFFER).limit(0);

  /** Has the first {@link #written} bytes; null while there are none. */
  private @Nullable OpenFile kept;

  private long written;

  UnsavedText(InputStream in) {
    this.in = in;
  }

  /** Writes all of it into a new file. After a failure it can be written into another one. */
  void writeTo(OpenFile file) throws IOException {
    OpenFile before = kept;
    if (before != null) {
      try (FileChannel from = before.channel();
          FileChannel to = file.channel()) {
        for (long at = 0; at < written; ) {
          long moved = from.transferTo(at, written - at, to);
          if (moved <= 0) {
            throw new IOException(file.path() + ": what was read before cannot be read again");
          }
          at += moved;
        }
      }
    }
    keep(file);
    while (pending.hasRemaining() || fill()) {
      int from = pending.position();
      try {
        CORE.writeFully(file, pending, written);
      } finally {
        written += pending.position() - from;
      }
    }
  }

  private boolean fill() throws IOException {
    int got = in.read(pending.array());
    pending.position(0).limit(Math.max(got, 0));
    return got > 0;
  }

  /** Its descriptor outlives its name, and the directory that it is in. */
  private void keep(OpenFile file) throws IOException {
    try (OwnedFd.Use use = CORE.use(file)) {
      SyscallResult copy = Fcntl.fcntl(use.fd(), Fcntl.F_DUPFD_CLOEXEC, 0);
      int raw = (int) copy.orThrow("fcntl", file.path());
      OpenFile before = kept;
      kept = CORE.adoptReadable(raw, file.path());
      if (before != null) {
        before.close();
      }
    }
  }

  @Override
  public void close() throws IOException {
    if (kept != null) {
      kept.close();
    }
  }
}
