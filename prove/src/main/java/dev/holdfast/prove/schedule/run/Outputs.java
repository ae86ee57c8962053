package dev.holdfast.prove.schedule.run;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Unistd;
import dev.holdfast.prove.trace.Program;
import dev.holdfast.prove.watch.Contents;
import dev.holdfast.prove.watch.Raw;
import java.nio.file.FileSystemException;

/** What programs print: it goes to files of the world they run in. */
final class Outputs {
  /** Names that begin so are no program's. */
  static final String PREFIX = "/.holdfast-output-";

  private static final int MAX_OUTPUT = 1 << 20;

  private Outputs() {}

  /** The same program, whose output and errors are kept apart under this name. */
  static Program of(Program program, String name) {
    return program.withOutput(PREFIX + name, PREFIX + name + "-errors");
  }

  /** Makes the files, empty. */
  static void create(Program program) throws FileSystemException {
    create(program.output());
    create(program.errors());
  }

  static void create(String path) throws FileSystemException {
    int flags = Fcntl.O_WRONLY | Fcntl.O_CREAT | Fcntl.O_TRUNC | Fcntl.O_NOFOLLOW;
    int fd =
        (int) Fcntl.openat(Fcntl.AT_FDCWD, Paths.bytes(path), flags, 0600).orThrow("openat", path);
    Unistd.close(fd);
  }

  static String printed(String path) {
    return Raw.of(Contents.read(Fcntl.AT_FDCWD, Paths.bytes(path), MAX_OUTPUT));
  }
}
