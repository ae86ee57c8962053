package dev.holdfast.cli.child;

import dev.holdfast.path.FileName;
import dev.holdfast.path.proc.ProcFile;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The environment of whoever started us, for the programs that we run. */
public final class UserEnvironment {
  /** What {@code LC_ALL} was: the launcher sets another one, for Java alone. */
  private static final String LOCALE = "HOLDFAST_LC_ALL";

  /** A dot and what our caller gave the launcher, as base64: a shell keeps not all of it. */
  private static final String ENVIRONMENT = "HOLDFAST_ENVIRONMENT";

  /** How the launcher was called, so that a line can be pasted where it was printed. */
  public static final String COMMAND = "HOLDFAST_COMMAND";

  /** Variables that are between the launcher, this process and its successor. */
  private static final Set<String> OURS =
      Set.of(
          UserNamespace.MARK,
          COMMAND,
          LOCALE,
          ENVIRONMENT,
          CallerState.DESCRIPTORS,
          CallerState.SIGNALS);

  /** One character for each byte, and back. */
  private static final Charset BYTES = StandardCharsets.ISO_8859_1;

  private UserEnvironment() {}

  public static Map<String, String> variables() {
    Map<String, String> all = new LinkedHashMap<>();
    for (byte[] string : strings(System.getenv(), Map.of())) {
      String text = new String(string, StandardCharsets.UTF_8);
      int equals = text.indexOf('=');
      if (equals > 0) {
        all.putIfAbsent(text.substring(0, equals), text.substring(equals + 1));
      }
    }
    return all;
  }

  static Map<String, String> restored(Map<String, String> environment) {
    Map<String, String> all = new LinkedHashMap<>(environment);
    String locale = all.get(LOCALE);
    if (locale != null) {
      all.remove("LC_ALL");
      if (!locale.isEmpty()) {
        all.put("LC_ALL", locale);
      }
    }
    all.keySet().removeAll(OURS);
    return all;
  }

  /**
   * As our caller has it, byte for byte.
   *
   * @param more in addition, or instead
   */
  static byte[][] bytes(Map<String, String> more) {
    return strings(System.getenv(), more).toArray(byte[][]::new);
  }

  static List<byte[]> strings(Map<String, String> ours, Map<String, String> more) {
    List<byte[]> all = new ArrayList<>();
    String given = ours.getOrDefault(ENVIRONMENT, "");
    if (given.isEmpty()) {
      restored(read()).forEach((name, value) -> all.add((name + "=" + value).getBytes(BYTES)));
    } else {
      String strings = new String(Base64.getDecoder().decode(given.substring(1)), BYTES);
      for (int from = 0, end; from < strings.length(); from = end + 1) {
        end = strings.indexOf('\0', from);
        end = end < 0 ? strings.length() : end;
        all.add(strings.substring(from, end).getBytes(BYTES));
      }
    }
    more.forEach(
        (name, value) -> {
          String start = raw(name) + "=";
          all.removeIf(string -> new String(string, BYTES).startsWith(start));
          all.add((start + raw(value)).getBytes(BYTES));
        });
    return all;
  }

  private static Map<String, String> read() {
    Map<String, String> all = new LinkedHashMap<>();
    try {
      for (byte[] bytes : ProcFile.strings("/proc/self/environ")) {
        String string = new String(bytes, BYTES);
        int equals = string.indexOf('=');
        if (equals > 0) {
          all.putIfAbsent(string.substring(0, equals), string.substring(equals + 1));
        }
      }
    } catch (IOException noProc) {
      System.getenv().forEach((name, value) -> all.put(raw(name), raw(value)));
    }
    return all;
  }

  private static String raw(String text) {
    return new String(FileName.encode(text), BYTES);
  }
}
