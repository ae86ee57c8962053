package dev.holdfast.cli.command;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** What somebody may have meant who typed a word that is none. */
public final class DidYouMean {
  private DidYouMean() {}

  /** {@code " (did you mean 'prove'?)"}, or nothing if no word is near. */
  public static String hint(String typed, Collection<String> words) {
    return nearest(typed, words).map(word -> " (did you mean '" + word + "'?)").orElse("");
  }

  /** The nearest word; the first of those that are equally near. */
  public static Optional<String> nearest(String typed, Collection<String> words) {
    String wanted = typed.toLowerCase(Locale.ROOT);
    String best = null;
    // One slip in each three letters is still a slip.
    int least = Math.max(1, wanted.length() / 3) + 1;
    for (String word : words) {
      String candidate = word.toLowerCase(Locale.ROOT);
      int distance = distance(wanted, candidate);
      // A beginning is no slip, however much is missing.
      if (wanted.length() >= 3 && candidate.startsWith(wanted)) {
        distance = 1;
      }
      if (distance < least) {
        least = distance;
        best = word;
      }
    }
    return Optional.ofNullable(best);
  }

  /** Letters to add, drop, change or swap with the next: optimal string alignment. */
  private static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      d[i][0] = i;
    }
    for (int j = 0; j <= b.length(); j++) {
      d[0][j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      for (int j = 1; j <= b.length(); j++) {
        int changed = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        d[i][j] = Math.min(Math.min(d[i - 1][j] + 1, d[i][j - 1] + 1), d[i - 1][j - 1] + changed);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
