package dev.holdfast.cli.child;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The environment of whoever started us, for the programs that we run. */
public final class UserEnvironment {
  /** What {@code LC_ALL} was: the launcher sets another one, for Java alone. */
  private static final String LOCALE = "HOLDFAST_LC_ALL";

  /** How the launcher was called, so that a line can be pasted where it was printed. */
  public static final String COMMAND = "HOLDFAST_COMMAND";

  /** Variables that are between the launcher, this process and its successor. */
  private static final Set<String> OURS =
      Set.of(UserNamespace.MARK, COMMAND, LOCALE, CallerState.DESCRIPTORS, CallerState.SIGNALS);

  /** One character for each byte, and back. */
  private static final Charset BYTES = StandardCharsets.ISO_8859_1;

  private UserEnvironment() {}

  public static Map<String, String> variables() {
    return restored(System.getenv());
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
   * As we got it, byte for byte.
   *
   * @param more in addition, or instead
   */
  static byte[][] bytes(Map<String, String> more) {
    Map<String, String> all = restored(read());
    more.forEach((name, value) -> all.put(name, raw(value)));
    return all.entrySet().stream()
        .map(variable -> (variable.getKey() + "=" + variable.getValue()).getBytes(BYTES))
        .toArray(byte[][]::new);
  }

  private static Map<String, String> read() {
    Map<String, String> all = new LinkedHashMap<>();
    try {
      for (String string : Files.readString(Path.of("/proc/self/environ"), BYTES).split("\0", -1)) {
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
    return new String(text.getBytes(StandardCharsets.UTF_8), BYTES);
  }
}
