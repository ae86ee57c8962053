package dev.holdfast.files;

import dev.holdfast.libc.Getrandom;
import java.nio.file.FileSystemException;

/** Names that nobody can guess: never from the process number, the time or a counter (S05). */
final class RandomNames {
  /** 32 letters, none of which differ by case alone; no digit that looks like one of them. */
  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

  /** Five bits each: 130 bits. */
  private static final int LETTERS = 26;

  private RandomNames() {}

  /** At least 128 random bits, as letters and digits. */
  static String random() throws FileSystemException {
    byte[] random = Getrandom.getrandom(LETTERS).orThrow("getrandom", "a temporary name");
    char[] letters = new char[LETTERS];
    for (int i = 0; i < LETTERS; i++) {
      letters[i] = ALPHABET.charAt(random[i] & 31);
    }
    return new String(letters);
  }
}
