package dev.holdfast.prove.payload;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * The number of the first process of the world, as a PID file has it: whoever signals what the file
 * says signals that one. Where only what stood there looks like a number, a shell that reads the
 * file goes on behind it.
 */
public final class ProcessNumber implements Payload {
  /** What no attacker may signal, and what is there as long as the world is. */
  public static final int PROCESS = 1;

  private static final byte[] LINE = (PROCESS + "\n").getBytes(StandardCharsets.ISO_8859_1);
  private static final Pattern NAMED = Pattern.compile("(?i)(.*[-._])?pid|.*[a-z]pid");
  private static final Pattern NUMBER = Pattern.compile("\\s*[0-9]{1,10}\\s*");

  /** Whether contents that were made here name the process. */
  public static boolean isIn(byte[] contents) {
    return Arrays.equals(LINE, Arrays.copyOf(contents, LINE.length));
  }

  /** Whether a file of this name has the number of a process in it. */
  public static boolean isPidFile(String name) {
    return NAMED.matcher(name).matches();
  }

  @Override
  public boolean replaces(Reader reader) {
    return isPidFile(reader.name())
        || NUMBER.matcher(new String(reader.original(), StandardCharsets.ISO_8859_1)).matches();
  }

  @Override
  public boolean isReadBy(Reader reader) {
    return false;
  }

  @Override
  public byte[] contents(Reader reader, String marker, String note) {
    if (isPidFile(reader.name())) {
      return LINE.clone();
    }
    byte[] script = TextPayload.SHELL.contents(reader, marker, note);
    byte[] all = Arrays.copyOf(LINE, LINE.length + script.length);
    System.arraycopy(script, 0, all, LINE.length, script.length);
    return all;
  }
}
