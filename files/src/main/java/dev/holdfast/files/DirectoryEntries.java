package dev.holdfast.files;

import dev.holdfast.libc.Dirent;
import dev.holdfast.libc.OwnedFd;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.NoSuchElementException;

/**
 * A directory's entries, read in batches as they are asked for.
 *
 * <p><b>Remaining races.</b> A name that is made, removed or renamed meanwhile is listed once,
 * twice or not at all. <b>Threads.</b> One at a time.
 */
public final class DirectoryEntries implements AutoCloseable {
  private final OwnedFd fd;
  private final String path;
  private final Deque<DirectoryEntry> batch = new ArrayDeque<>();
  private boolean end;

  DirectoryEntries(OwnedFd fd, String path) {
    this.fd = fd;
    this.path = path;
  }

  public boolean hasNext() throws IOException {
    while (batch.isEmpty() && !end) {
      try (OwnedFd.Use use = fd.use()) {
        Dirent.Batch read = Dirent.getdents64(use.fd()).orThrow("getdents64", path);
        end = read.end();
        for (Dirent dirent : read.entries()) {
          batch.add(DirectoryEntry.of(dirent));
        }
      }
    }
    return !batch.isEmpty();
  }

  public DirectoryEntry next() throws IOException {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return batch.remove();
  }

  @Override
  public void close() throws IOException {
    fd.close();
  }
}
