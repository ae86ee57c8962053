package dev.holdfast.path.make;

import dev.holdfast.libc.Getrandom;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.util.Arrays;

/**
 * Names that nobody can guess: never from the process number, the time or a counter (S05).
 *
 * <p>Random bytes are asked for in advance, for some names at a time. A machine that was cloned
 * with this process running can repeat those few names: whoever creates them does it exclusively,
 * so that a repeated name is only one that is taken.
 *
 * <p><b>Threads.</b> Safe for all.
 */
public final class RandomNames {
  /** What the names begin with of files that are to be moved to another name. */
  public static final String PREFIX = ".holdfast-";

  /** 32 letters, none of which differ by case alone; no digit that looks like one of them. */
  private static final byte[] ALPHABET =
      "abcdefghijklmnopqrstuvwxyz234567".getBytes(StandardCharsets.ISO_8859_1);

  /** Five bits each: 130 bits. */
  public static final int LETTERS = 26;

  private static final int IN_ADVANCE = 9 * LETTERS;

  private static byte[] random = new byte[0];

  /** How many of them were not given out. */
  private static int left;

  private RandomNames() {}

  /** At least 128 random bits, as letters and digits. */
  public static String random() throws FileSystemException {
    return new String(random(""), StandardCharsets.ISO_8859_1);
  }

  /** The same behind a prefix in ASCII, as the bytes of a name. */
  public static byte[] random(String prefix) throws FileSystemException {
    int from = prefix.length();
    byte[] name = new byte[from + LETTERS];
    for (int i = 0; i < from; i++) {
      name[i] = (byte) prefix.charAt(i);
    }
    synchronized (RandomNames.class) {
      if (left == 0) {
        random = Getrandom.getrandom(IN_ADVANCE).orThrow("getrandom", "a temporary name");
        left = random.length;
      }
      left -= LETTERS;
      for (int i = 0; i < LETTERS; i++) {
        name[from + i] = ALPHABET[random[left + i] & 31];
      }
      Arrays.fill(random, left, left + LETTERS, (byte) 0);
    }
    return name;
  }
}
