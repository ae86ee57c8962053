package dev.holdfast.prove.trial;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.prove.watch.Contents;
import java.nio.file.FileSystemException;
import java.util.Arrays;
import java.util.List;

/**
 * Where a victim's standard output and error go: a file of the world that the attacker cannot read.
 */
public final class VictimOutput {
  public static final String PATH = "/.holdfast-output";

  private static final int MAX = 4000;
  private static final int LINES = 5;
  private static final int MOST_LOOKED_AT = 1 << 20;

  private VictimOutput() {}

  /** Makes it, before the victim; it is opened before the victim takes on its identity. */
  public static void create() throws FileSystemException {
    int flags = Fcntl.O_WRONLY | Fcntl.O_CREAT | Fcntl.O_TRUNC | Fcntl.O_NOFOLLOW;
    int fd =
        (int) Fcntl.openat(Fcntl.AT_FDCWD, Paths.bytes(PATH), flags, 0600).orThrow("openat", PATH);
    Unistd.close(fd);
  }

  /** True if this was printed. */
  static boolean contains(byte[] text) {
    byte[] all = Contents.read(Fcntl.AT_FDCWD, Paths.bytes(PATH), MOST_LOOKED_AT);
    return Contents.contains(all, text);
  }

  /** How many bytes were printed. */
  static long size() {
    Result<Statx> stat =
        Statx.statx(
            Fcntl.AT_FDCWD, Paths.bytes(PATH), Fcntl.AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS);
    return stat.ok() ? stat.value().size() : 0;
  }

  /** The last lines that were printed, where a program says why it ends; with bars between them. */
  public static String lastLines() {
    return lastLines(0);
  }

  /**
   * The last lines of what was printed after so many bytes.
   *
   * @param from of the output, in bytes
   */
  static String lastLines(long from) {
    long start = Math.max(from, size() - MAX);
    // The program may have put a link or a FIFO there.
    int flags = Fcntl.O_RDONLY | Fcntl.O_NOFOLLOW | Fcntl.O_NONBLOCK | Fcntl.O_NOCTTY;
    SyscallResult fd = Fcntl.openat(Fcntl.AT_FDCWD, Paths.bytes(PATH), flags, 0);
    if (fd.failed()) {
      return "";
    }
    byte[] text = new byte[MAX];
    SyscallResult read = Unistd.pread(fd.intValue(), text, 0, text.length, start);
    Unistd.close(fd.intValue());
    byte[] last = Arrays.copyOf(text, read.ok() ? read.intValue() : 0);
    List<String> lines =
        Paths.display(last).lines().map(String::strip).filter(l -> !l.isEmpty()).toList();
    return String.join(" | ", lines.subList(Math.max(0, lines.size() - LINES), lines.size()));
  }
}
