package dev.holdfast.lab.proof;

import dev.holdfast.locks.Mode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A file to which holders of a lock write when they come and when they go, a line each. Lines are
 * written with O_APPEND, in the order of what happened: at most one program runs at a time.
 */
final class Witness {
  private final Path log;
  private final long pid = ProcessHandle.current().pid();
  private final FileChannel alive;
  private final boolean isFirst;

  Witness(Path log) throws IOException {
    this.log = log;
    this.alive =
        FileChannel.open(
            log.resolveSibling("alive"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    this.isFirst = alive.tryLock() != null;
  }

  /**
   * Waits until the one that came first has ended; returns at once if that is this process. The
   * kernel keeps the lock that tells until then.
   */
  void awaitFirst() throws IOException {
    if (!isFirst) {
      alive.lock();
    }
  }

  void in(Mode mode) throws IOException {
    write("in " + pid + " " + mode);
  }

  void token(long token) throws IOException {
    write("token " + pid + " " + token);
  }

  void out() throws IOException {
    write("out " + pid);
  }

  private void write(String line) throws IOException {
    Files.writeString(log, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /** What the lines show. */
  record Finding(String violation, long lastToken) {}

  /** Looks for two that held together, and for tokens that did not grow. */
  static Finding judge(Path log) throws IOException {
    Map<String, Mode> holders = new HashMap<>();
    long last = Long.MIN_VALUE;
    StringBuilder violation = new StringBuilder();
    List<String> lines =
        Files.exists(log) ? Files.readAllLines(log, StandardCharsets.UTF_8) : List.of();
    for (String line : lines) {
      String[] words = line.split(" ", -1);
      switch (words[0]) {
        case "in" -> {
          Mode mode = Mode.valueOf(words[2]);
          if (holders.values().stream().anyMatch(held -> excludes(held, mode))) {
            violation.append("held by two: ").append(lines).append("; ");
          }
          holders.put(words[1], mode);
        }
        case "out" -> holders.remove(words[1]);
        case "token" -> {
          long token = Long.parseLong(words[2]);
          if (token <= last) {
            violation.append("token ").append(token).append(" after ").append(last).append("; ");
          }
          last = token;
        }
        default -> {}
      }
    }
    return new Finding(violation.toString(), last);
  }

  private static boolean excludes(Mode one, Mode other) {
    return one == Mode.EXCLUSIVE || other == Mode.EXCLUSIVE;
  }
}
