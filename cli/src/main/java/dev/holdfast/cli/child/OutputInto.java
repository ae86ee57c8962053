package dev.holdfast.cli.child;

import dev.holdfast.files.OpenFile;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import java.io.IOException;

/** A program is started with an open file as its standard output, and ours is as it was again. */
public final class OutputInto implements ChildProgram.Run, AutoCloseable {
  private static final int STANDARD_OUTPUT = 1;
  private static final int NONE = -1;

  private final OpenFile file;
  private int ours = NONE;

  public OutputInto(OpenFile file) {
    this.file = file;
  }

  @Override
  public void starting() throws IOException {
    SyscallResult kept = Fcntl.fcntl(STANDARD_OUTPUT, Fcntl.F_DUPFD_CLOEXEC, 3);
    ours = (int) kept.orThrow("fcntl", "standard output");
    byte[] name = Paths.bytes(file.procPath());
    int fd =
        (int) Fcntl.openat(Fcntl.AT_FDCWD, name, Fcntl.O_WRONLY, 0).orThrow("openat", file.path());
    SyscallResult put = Unistd.dup3(fd, STANDARD_OUTPUT);
    Unistd.close(fd);
    put.orThrow("dup3", "standard output");
    Fcntl.fcntl(STANDARD_OUTPUT, Fcntl.F_SETFD, 0);
  }

  @Override
  public void started(Child child) {
    close();
  }

  @Override
  public void close() {
    if (ours != NONE) {
      Unistd.dup3(ours, STANDARD_OUTPUT);
      Fcntl.fcntl(STANDARD_OUTPUT, Fcntl.F_SETFD, 0);
      Unistd.close(ours);
      ours = NONE;
    }
  }
}
