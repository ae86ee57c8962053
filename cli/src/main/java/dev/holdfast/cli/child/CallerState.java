package dev.holdfast.cli.child;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.process.Signals;
import dev.holdfast.path.proc.ProcFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a program inherits from whoever started us, as it was before there was a JVM: open
 * descriptors, blocked and ignored signals. The launcher looks before it starts the JVM, which
 * opens files of its own and takes signals for itself, and says so in two variables; without them a
 * program gets the standard streams and no signal blocked.
 */
public final class CallerState {
  /** Variable of the launcher: the numbers of open descriptors, separated by spaces. */
  public static final String DESCRIPTORS = "HOLDFAST_FDS";

  /** Variable of the launcher: SigBlk and SigIgn of proc_pid_status(5). */
  public static final String SIGNALS = "HOLDFAST_SIGNALS";

  private static final byte[] NOTHING = "/dev/null".getBytes(StandardCharsets.US_ASCII);

  private static final int FIRST_OF_OURS = 3;
  private static final int LAST_SIGNAL = 64;

  private CallerState() {}

  /** True if this descriptor was open when we were started. */
  public static boolean hasDescriptor(int fd) {
    return descriptors().contains(fd);
  }

  /**
   * True if a number was free in our caller, and the launcher keeps it for us by /dev/null: neither
   * the JVM nor a program that is run has anything there.
   */
  static boolean isKeptForUs(int fd) {
    if (System.getenv(DESCRIPTORS) == null || hasDescriptor(fd)) {
      return false;
    }
    byte[] link = ("/proc/self/fd/" + fd).getBytes(StandardCharsets.US_ASCII);
    Result<byte[]> target = Unistd.readlinkat(Fcntl.AT_FDCWD, link);
    return target.ok() && Arrays.equals(target.value(), NOTHING);
  }

  private static List<Integer> descriptors() {
    List<Integer> all = new ArrayList<>();
    for (String word : System.getenv().getOrDefault(DESCRIPTORS, "").split(" ", -1)) {
      try {
        all.add(Integer.valueOf(word));
      } catch (NumberFormatException notOne) {
        // Nothing, or somebody else's variable of that name.
      }
    }
    return all;
  }

  /**
   * From now on programs that are executed have the caller's descriptors, and none of ours; without
   * word of the caller's, the standard streams.
   */
  public static void keepDescriptors() throws IOException {
    if (!Unistd.close_range_cloexec(FIRST_OF_OURS).ok()) {
      try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
        for (Path descriptor : descriptors) {
          int fd = Integer.parseInt(descriptor.getFileName().toString());
          if (fd >= FIRST_OF_OURS) {
            Fcntl.fcntl(fd, Fcntl.F_SETFD, Fcntl.FD_CLOEXEC);
          }
        }
      }
    }
    List<Integer> kept = descriptors();
    for (int fd : kept) {
      if (fd >= FIRST_OF_OURS) {
        Fcntl.fcntl(fd, Fcntl.F_SETFD, 0);
      }
    }
    for (int fd = 0; fd < FIRST_OF_OURS && !kept.isEmpty(); fd++) {
      if (!kept.contains(fd)) {
        // It was closed, and what the launcher put there instead is for us.
        Fcntl.fcntl(fd, Fcntl.F_SETFD, Fcntl.FD_CLOEXEC);
      }
    }
  }

  /** The signals that were blocked, signal <i>n</i> as bit <i>n</i> - 1. */
  static long blocked() {
    return signals(0);
  }

  /** The signals that were ignored. */
  static long ignored() {
    return signals(1);
  }

  static boolean ignores(int signal) {
    return (ignored() >>> (signal - 1) & 1) != 0;
  }

  private static long signals(int field) {
    String told = System.getenv(SIGNALS);
    if (told != null) {
      String[] words = told.split(" ", -1);
      try {
        return words.length == 2 ? Long.parseUnsignedLong(words[field], 16) : 0;
      } catch (NumberFormatException notOne) {
        return 0;
      }
    }
    return field == 0 ? 0 : ignoredNow();
  }

  /** What is still ignored: the JVM leaves those alone that it has no use for. */
  private static long ignoredNow() {
    return ProcFile.ownStatus("SigIgn", 16, 0);
  }

  /** What is taken from the modes of new files; all but the owner's if that cannot be told. */
  public static int umask() {
    return (int) ProcFile.ownStatus("Umask", 8, 077);
  }

  /** Ignores again what was ignored, so that whatever is executed inherits it. */
  static void ignoreAgain() {
    long ignored = ignored();
    for (int signal = 1; signal <= LAST_SIGNAL; signal++) {
      if ((ignored >>> (signal - 1) & 1) != 0) {
        Signals.ignore(signal, true);
      }
    }
  }
}
