package dev.holdfast.cluster;

import dev.holdfast.locks.Holder;
import dev.holdfast.locks.Mode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is told to others about whoever holds or waits: lines of a name and a value. Nothing in it
 * decides anything, and what others wrote may be anything.
 *
 * <p>The arguments of the program are not in it: they may be secret, and others read it.
 */
final class Whom {
  private static final int MOST = 200;
  private static final String HOST = hostName();

  private Whom() {}

  private static String hostName() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException notLinux) {
      return "";
    }
  }

  static String host() {
    return HOST;
  }

  /** What this program is called, if nobody said otherwise. */
  static String program() {
    return ProcessHandle.current()
        .info()
        .command()
        .map(command -> String.valueOf(Path.of(command).getFileName()))
        .orElse("");
  }

  /** This process, whatever the time. */
  static String here(String description) {
    return "pid="
        + ProcessHandle.current().pid()
        + "\nhost="
        + oneLine(HOST)
        + "\ncommand="
        + oneLine(description)
        + "\nsince=";
  }

  /** As it is written, now. */
  static byte[] now(String here) {
    return (here + Instant.now() + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static String oneLine(String text) {
    String line = text.replaceAll("\\p{Cntrl}", " ");
    return line.length() <= MOST ? line : line.substring(0, MOST);
  }

  /**
   * What was told.
   *
   * @param note what else is known
   */
  static Holder read(byte[] told, Mode mode, String note) {
    Map<String, String> lines = new HashMap<>();
    for (String line : new String(told, StandardCharsets.UTF_8).split("\n", 16)) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        lines.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    return new Holder(
        pid(lines.getOrDefault("pid", "")),
        lines.getOrDefault("command", ""),
        mode,
        0,
        0,
        since(lines.getOrDefault("since", "")),
        lines.getOrDefault("host", ""),
        note);
  }

  private static int pid(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException unknown) {
      return -1;
    }
  }

  private static @Nullable Instant since(String text) {
    try {
      return text.isEmpty() ? null : Instant.parse(text);
    } catch (DateTimeException unknown) {
      return null;
    }
  }
}
