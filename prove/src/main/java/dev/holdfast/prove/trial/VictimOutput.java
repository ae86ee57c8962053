package dev.holdfast.prove.trial;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Unistd;
import java.nio.file.FileSystemException;

/**
 * Where a victim's standard output and error go: a file of the world that the attacker cannot read.
 */
public final class VictimOutput {
  public static final String PATH = "/.holdfast-output";

  private static final int MAX = 4000;

  private VictimOutput() {}

  /** Makes it, before the victim; it is opened before the victim takes on its identity. */
  public static void create() throws FileSystemException {
    int flags = Fcntl.O_WRONLY | Fcntl.O_CREAT | Fcntl.O_TRUNC | Fcntl.O_NOFOLLOW;
    int fd =
        (int) Fcntl.openat(Fcntl.AT_FDCWD, Paths.bytes(PATH), flags, 0600).orThrow("openat", PATH);
    Unistd.close(fd);
  }

  /** What was printed, shortened. */
  public static String read() {
    return Paths.display(Contents.read(Fcntl.AT_FDCWD, Paths.bytes(PATH), MAX)).strip();
  }
}
