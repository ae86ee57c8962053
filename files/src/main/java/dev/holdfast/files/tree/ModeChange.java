package dev.holdfast.files.tree;

import java.util.ArrayList;
import java.util.List;

/**
 * A change of permission bits as chmod(1) takes it: octal, or symbolic such as {@code u+rwX,go-w}.
 *
 * <p><b>Guarantees.</b> An octal number is what the object has afterwards, all twelve bits; but a
 * directory keeps its set-id bits, which it passes on, unless the number has five digits. In a
 * symbolic one, an empty list of whom means everybody: the umask changes nothing.
 *
 * <p><b>Threads.</b> Safe for all. <b>Sources.</b> chmod(1), POSIX chmod.
 */
public final class ModeChange {
  private record Clause(int who, char operator, String permissions) {}

  private static final int USER = 04700;
  private static final int GROUP = 02070;
  private static final int OTHERS = 01007;
  private static final int ALL = 07777;
  private static final int SET_ID = 06000;
  private static final int ALL_DIGITS = 5;

  private final String text;
  private final int absolute;
  private final Clause[] clauses;

  /** The bits that a directory keeps. */
  private final int kept;

  private ModeChange(String text, int absolute, Clause[] clauses) {
    this(text, absolute, clauses, 0);
  }

  private ModeChange(String text, int absolute, Clause[] clauses, int kept) {
    this.kept = kept;
    this.text = text;
    this.absolute = absolute;
    this.clauses = clauses;
  }

  /** The mode that objects have afterwards. */
  public static ModeChange to(int mode) {
    if ((mode & ~ALL) != 0) {
      throw new IllegalArgumentException("more than the twelve permission bits");
    }
    return new ModeChange(Integer.toOctalString(mode), mode, new Clause[0]);
  }

  /**
   * Reads chmod(1)'s notation.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static ModeChange parse(String text) {
    if (text.matches("[0-7]{1,5}")) {
      ModeChange exact = to(Integer.parseInt(text, 8));
      return new ModeChange(
          text, exact.absolute, new Clause[0], text.length() < ALL_DIGITS ? SET_ID : 0);
    }
    List<Clause> clauses = new ArrayList<>();
    for (String clause : text.split(",", -1)) {
      if (!clause.matches("[ugoa]*([-+=]([rwxXst]*|[ugo]))+")) {
        throw new IllegalArgumentException("not a mode: " + text);
      }
      int at = 0;
      int who = 0;
      while ("ugoa".indexOf(clause.charAt(at)) >= 0) {
        who |= bits(clause.charAt(at++));
      }
      while (at < clause.length()) {
        char operator = clause.charAt(at++);
        int start = at;
        while (at < clause.length() && "-+=".indexOf(clause.charAt(at)) < 0) {
          at++;
        }
        clauses.add(new Clause(who == 0 ? ALL : who, operator, clause.substring(start, at)));
      }
    }
    return new ModeChange(text, -1, clauses.toArray(new Clause[0]));
  }

  private static int bits(char who) {
    return switch (who) {
      case 'u' -> USER;
      case 'g' -> GROUP;
      case 'o' -> OTHERS;
      default -> ALL;
    };
  }

  /**
   * The bits an object has afterwards.
   *
   * @param mode the bits it has now
   */
  public int apply(int mode, boolean directory) {
    if (clauses.length == 0) {
      return directory ? absolute | (mode & kept) : absolute;
    }
    int now = mode & ALL;
    for (Clause clause : clauses) {
      int bits = permissions(clause.permissions(), now, directory) & clause.who();
      now =
          switch (clause.operator()) {
            case '+' -> now | bits;
            case '-' -> now & ~bits;
            // What a directory passes on to its children stays unless it is named.
            default -> (now & ~(clause.who() & (directory ? 01777 : ALL))) | bits;
          };
    }
    return now;
  }

  private static int permissions(String letters, int mode, boolean directory) {
    int bits = 0;
    for (int i = 0; i < letters.length(); i++) {
      bits |=
          switch (letters.charAt(i)) {
            case 'r' -> 0444;
            case 'w' -> 0222;
            case 'x' -> 0111;
            case 'X' -> directory || (mode & 0111) != 0 ? 0111 : 0;
            case 's' -> 06000;
            case 't' -> 01000;
            case 'u' -> (mode >> 6 & 7) * 0111;
            case 'g' -> (mode >> 3 & 7) * 0111;
            default -> (mode & 7) * 0111;
          };
    }
    return bits;
  }

  @Override
  public String toString() {
    return text;
  }
}
