package dev.holdfast.prove.watch;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * What is constant in names that are made up anew in each run, and of which kind the rest is.
 *
 * @param least the shortest such name
 * @param most the longest such name
 * @param known how much of the changing part's beginning may be constant as well
 * @param knownEnd how much of its end may be
 * @param guessable so few of these names come into question that an attacker can prepare them all
 */
record NamePattern(
    String prefix,
    String suffix,
    int least,
    int most,
    Letters letters,
    int known,
    int knownEnd,
    boolean guessable) {
  private static final String WILDCARD = "*";

  /**
   * Random letters beside the difference may agree by chance: of hexadecimal digits two in one of
   * 256 runs, which would be seen.
   */
  private static final int BY_CHANCE = 4;

  /** So many names an attacker makes in seconds; a number that grows is found among them, too. */
  private static final long MOST_GUESSES = 1_000_000;

  /** So many hexadecimal digits in a row are no words. */
  private static final int HEXADECIMAL_FOR_SURE = 16;

  /** Random texts of changing length differ by so much. */
  private static final int LENGTHS = 2;

  private static final int LEAST_RANDOM = 6;

  /** Of which characters the changing part consists. */
  enum Letters {
    DIGITS(10),
    HEXADECIMAL(16),
    WORD(36),
    ANY(36);

    private final int size;

    Letters(int size) {
      this.size = size;
    }

    boolean has(char c) {
      return switch (this) {
        case DIGITS -> c >= '0' && c <= '9';
        case HEXADECIMAL -> Character.digit(c, 16) >= 0 || c == '-';
        case WORD -> Character.isLetterOrDigit(c) || "_-+=".indexOf(c) >= 0;
        case ANY -> true;
      };
    }

    boolean haveAll(String text) {
      return text.chars().allMatch(c -> has((char) c));
    }

    static Letters of(String one, String other) {
      if (DIGITS.haveAll(one) && DIGITS.haveAll(other)) {
        return DIGITS;
      }
      if (one.length() >= HEXADECIMAL_FOR_SURE
          && HEXADECIMAL.haveAll(one)
          && HEXADECIMAL.haveAll(other)) {
        return HEXADECIMAL;
      }
      return WORD.haveAll(one) && WORD.haveAll(other) ? WORD : ANY;
    }
  }

  /** The pattern that two names of the same place have in common; null if there is none. */
  static @Nullable NamePattern of(String x, String y) {
    NamePattern number = number(x, y);
    if (number.matches(x) && number.matches(y)) {
      return number;
    }
    return x.length() == y.length() ? sameLength(x, y) : otherLength(x, y);
  }

  /** How alike two names are for a pattern: the more the better; negative for not at all. */
  static int likeness(String x, String y) {
    NamePattern pattern = of(x, y);
    if (pattern == null) {
      return -1;
    }
    int from = shared(x, y);
    int alike = 2 * (from + sharedEnd(x, y, from));
    // A random text of another length is the last thing to think of.
    return pattern.letters == Letters.DIGITS || x.length() == y.length()
        ? (1 << 16) + alike
        : alike;
  }

  /**
   * Of two names that differ in a number only; it may not match them. Random decimal numbers, as
   * Java's temporary names have them, and numbers that grow differ in length as well.
   */
  private static NamePattern number(String x, String y) {
    int shared = shared(x, y);
    int from = shared;
    while (from > 0 && Letters.DIGITS.has(x.charAt(from - 1))) {
      from--;
    }
    int sharedEnd = sharedEnd(x, y, from);
    int to = x.length() - sharedEnd;
    while (to < x.length() && Letters.DIGITS.has(x.charAt(to))) {
      to++;
    }
    String prefix = x.substring(0, from);
    String suffix = x.substring(to);
    int constant = prefix.length() + suffix.length();
    return new NamePattern(
        prefix,
        suffix,
        constant + 1,
        Integer.MAX_VALUE,
        Letters.DIGITS,
        0,
        0,
        y.length() > constant && near(x.substring(from, to), y, from, suffix.length()));
  }

  private static boolean near(String number, String y, int from, int suffix) {
    int to = y.length() - suffix;
    return to > from && near(number, y.substring(from, to));
  }

  /**
   * True if the digits of two texts are numbers that lie so close that all between can be tried.
   */
  private static boolean near(String one, String other) {
    String x = one.replaceAll("[^0-9]", "");
    String y = other.replaceAll("[^0-9]", "");
    if (x.isEmpty() || y.isEmpty()) {
      return false;
    }
    BigInteger apart = new BigInteger(x).subtract(new BigInteger(y)).abs();
    return apart.compareTo(BigInteger.valueOf(MOST_GUESSES)) <= 0;
  }

  private static NamePattern sameLength(String x, String y) {
    int shared = shared(x, y);
    int from = shared;
    for (int i = 0; i < BY_CHANCE && from > 0 && isRandom(x.charAt(from - 1)); i++) {
      from--;
    }
    int sharedEnd = sharedEnd(x, y, 0);
    int to = x.length() - sharedEnd;
    for (int i = 0; i < BY_CHANCE && to < x.length() && isRandom(x.charAt(to)); i++) {
      to++;
    }
    String one = x.substring(from, to);
    String other = y.substring(from, to);
    Letters letters = Letters.of(one, other);
    boolean moment = (one + other).chars().noneMatch(Character::isLetter) && near(one, other);
    double names = Math.pow(letters.size, (double) x.length() - sharedEnd - shared);
    return new NamePattern(
        x.substring(0, from),
        x.substring(to),
        x.length(),
        x.length(),
        letters,
        shared - from,
        to - (x.length() - sharedEnd),
        moment || names <= MOST_GUESSES);
  }

  /** Random texts whose leading zeros are left out, as JavaScript programs make them. */
  private static @Nullable NamePattern otherLength(String x, String y) {
    int from = shared(x, y);
    int end = sharedEnd(x, y, from);
    int shared = from;
    int sharedEnd = end;
    while (from > 0 && isRandom(x.charAt(from - 1))) {
      from--;
    }
    while (end > 0 && isRandom(x.charAt(x.length() - end))) {
      end--;
    }
    String one = x.substring(from, x.length() - end);
    String other = y.substring(from, y.length() - end);
    if (!looksRandom(one) || !looksRandom(other)) {
      return null;
    }
    int shorter = Math.min(x.length(), y.length());
    return new NamePattern(
        x.substring(0, from),
        x.substring(x.length() - end),
        Math.max(from + end + LEAST_RANDOM, shorter - LENGTHS),
        Math.max(x.length(), y.length()) + LENGTHS,
        Letters.WORD,
        shared - from,
        sharedEnd - end,
        false);
  }

  private static boolean looksRandom(String text) {
    return text.length() >= LEAST_RANDOM
        && Letters.WORD.haveAll(text)
        && text.chars().anyMatch(Character::isDigit)
        && text.chars().anyMatch(Character::isLetter);
  }

  /** How many characters two names share at their beginning. */
  private static int shared(String x, String y) {
    int n = 0;
    while (n < Math.min(x.length(), y.length()) && x.charAt(n) == y.charAt(n)) {
      n++;
    }
    return n;
  }

  /** How many characters they share at their end, after so many at their beginning. */
  private static int sharedEnd(String x, String y, int from) {
    int n = 0;
    int most = Math.min(x.length(), y.length()) - from;
    while (n < most && x.charAt(x.length() - 1 - n) == y.charAt(y.length() - 1 - n)) {
      n++;
    }
    return n;
  }

  private static boolean isRandom(char c) {
    return Character.isLetterOrDigit(c);
  }

  boolean matches(String name) {
    return name.length() >= least
        && name.length() <= most
        && name.length() > prefix.length() + suffix.length()
        && name.startsWith(prefix)
        && name.endsWith(suffix)
        && letters.haveAll(name.substring(prefix.length(), name.length() - suffix.length()));
  }

  /** What all such names have in common. */
  String normal() {
    return prefix + WILDCARD + suffix;
  }

  /** What nobody knows who has not seen the name, or another one that was made from it. */
  String secret(String name) {
    int from = prefix.length() + known;
    int to = name.length() - suffix.length() - knownEnd;
    return from < to ? name.substring(from, to) : name.substring(prefix.length());
  }
}
