package dev.holdfast.locks.kernel;

import dev.holdfast.locks.Key;
import dev.holdfast.locks.process.Engine;
import dev.holdfast.locks.wait.NameWatch;
import dev.holdfast.locks.wait.Watch;
import java.io.IOException;
import java.nio.file.Path;

/** A lock that the kernel keeps on a file which we hold open. */
abstract class FileEngine implements Engine {
  private final Key key;
  final String path;
  final LockFile file;

  /** Borrowed until {@link #dispose}: the slot sees to it that nobody is in here then. */
  final int fd;

  FileEngine(Key key, String path, LockFile file) throws IOException {
    this.key = key;
    this.path = path;
    this.file = file;
    this.fd = file.fd().borrow();
  }

  final boolean writable() {
    return file.writable();
  }

  @Override
  public final Key key() {
    return key;
  }

  @Override
  public final String name() {
    return path;
  }

  @Override
  public Watch watch(Runnable hint) {
    return watchName(hint, false);
  }

  /**
   * Watches the name.
   *
   * @param closed whether the closing of a descriptor of the file is a hint, too
   */
  final Watch watchName(Runnable hint, boolean closed) {
    Path parent = Path.of(path).toAbsolutePath().getParent();
    return parent == null ? Watch.NONE : NameWatch.whenChanged(parent, closed, hint);
  }

  @Override
  public final void dispose() {
    file.fd().giveBack();
    PosixFile.closeWhenHarmless(file.fd(), key);
  }
}
