package dev.holdfast.prove.observe;

import java.util.ArrayList;
import java.util.List;

/**
 * Names that differ from run to run, as those of mkstemp(3): learnt by comparing two runs, so that
 * a place can be found again under another name.
 */
public final class VolatileNames {
  public static final VolatileNames NONE = new VolatileNames(List.of());

  private static final String WILDCARD = "*";

  private record Pattern(String prefix, String suffix, int length) {
    boolean matches(String name) {
      return name.length() == length && name.startsWith(prefix) && name.endsWith(suffix);
    }
  }

  private final List<Pattern> patterns;

  private VolatileNames(List<Pattern> patterns) {
    this.patterns = patterns;
  }

  /** Adds what two runs show: the same call of the same task at the same turn, by other names. */
  public VolatileNames learn(List<Site> one, List<Site> other) {
    List<Pattern> all = new ArrayList<>(patterns);
    for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
      Site a = one.get(i);
      Site b = other.get(i);
      if (!a.task().equals(b.task()) || a.call() != b.call()) {
        continue;
      }
      for (int k = 0; k < Math.min(a.names().size(), b.names().size()); k++) {
        compare(a.names().get(k), b.names().get(k), all);
      }
    }
    return new VolatileNames(all);
  }

  private static void compare(String a, String b, List<Pattern> patterns) {
    String[] left = a.split("/", -1);
    String[] right = b.split("/", -1);
    if (left.length != right.length) {
      return;
    }
    for (int i = 0; i < left.length; i++) {
      String x = left[i];
      String y = right[i];
      if (x.equals(y) || x.length() != y.length()) {
        continue;
      }
      boolean known = patterns.stream().anyMatch(p -> p.matches(x) && p.matches(y));
      if (!known) {
        patterns.add(new Pattern(commonPrefix(x, y), commonSuffix(x, y), x.length()));
      }
    }
  }

  private static String commonPrefix(String x, String y) {
    int n = 0;
    while (n < x.length() && x.charAt(n) == y.charAt(n)) {
      n++;
    }
    // Two random letters may agree by chance, so a shared letter before the difference proves
    // little.
    return x.substring(0, Math.max(0, n - 1));
  }

  private static String commonSuffix(String x, String y) {
    int n = 0;
    while (n < x.length() && x.charAt(x.length() - 1 - n) == y.charAt(y.length() - 1 - n)) {
      n++;
    }
    return x.substring(x.length() - Math.max(0, n - 1));
  }

  public boolean isEmpty() {
    return patterns.isEmpty();
  }

  /** True if some part of this path is of a volatile form. */
  public boolean isVolatile(String path) {
    return !patterns.isEmpty() && !normalize(path).equals(path);
  }

  /** The path with volatile parts replaced by what is constant in them. */
  public String normalize(String path) {
    if (patterns.isEmpty()) {
      return path;
    }
    String[] parts = path.split("/", -1);
    for (int i = 0; i < parts.length; i++) {
      for (Pattern pattern : patterns) {
        if (pattern.matches(parts[i])) {
          parts[i] = pattern.prefix + WILDCARD + pattern.suffix;
          break;
        }
      }
    }
    return String.join("/", parts);
  }
}
