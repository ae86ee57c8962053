package dev.holdfast.prove.observe;

import dev.holdfast.libc.Sysno;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Names that differ from run to run, as those of mkstemp(3): learnt by comparing two runs, so that
 * a place can be found again under another name.
 */
public final class VolatileNames {
  public static final VolatileNames NONE = new VolatileNames(List.of());

  private static final String WILDCARD = "*";

  private static final Pattern DESCRIPTOR =
      Pattern.compile("^(/proc/[^/]+(?:/task/[^/]+)?/fd/)[0-9]+(?=/|$)");

  /** Random decimal numbers, as Java's temporary names have them, differ in length as well. */
  private static final int DECIMAL = -1;

  /**
   * Random letters beside the difference may agree by chance: of hexadecimal digits two in one of
   * 256 runs, which would be seen.
   */
  private static final int BY_CHANCE = 4;

  /**
   * @param length of the whole name, or {@link #DECIMAL} for a number of any length in the middle
   */
  private record NamePattern(String prefix, String suffix, int length) {
    boolean matches(String name) {
      if (!name.startsWith(prefix) || !name.endsWith(suffix)) {
        return false;
      }
      return length == DECIMAL ? isDecimal(middle(name)) : name.length() == length;
    }

    private String middle(String name) {
      int end = name.length() - suffix.length();
      return end > prefix.length() ? name.substring(prefix.length(), end) : "";
    }

    private static boolean isDecimal(String text) {
      return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** The pattern of two names that differ in a number only; it may not match them. */
    static NamePattern decimal(String x, String y) {
      int from = shared(x, y);
      while (from > 0 && Character.isDigit(x.charAt(from - 1))) {
        from--;
      }
      int to = x.length() - sharedEnd(x, y, from);
      while (to < x.length() && Character.isDigit(x.charAt(to))) {
        to++;
      }
      return new NamePattern(x.substring(0, from), x.substring(to), DECIMAL);
    }
  }

  private final List<NamePattern> patterns;

  private VolatileNames(List<NamePattern> patterns) {
    this.patterns = patterns;
  }

  /**
   * Adds what two runs show: the same call of the same task at the same turn, by other names. Turns
   * are counted for each kind of call, so that one that was made more often in one of the runs does
   * not shift the others.
   */
  public VolatileNames learn(List<Site> one, List<Site> other) {
    List<NamePattern> all = new ArrayList<>(patterns);
    Map<Caller, List<Site>> others =
        other.stream().collect(Collectors.groupingBy(Caller::of, Collectors.toList()));
    Map<Caller, Integer> turns = new HashMap<>();
    for (Site a : one) {
      Caller caller = Caller.of(a);
      int turn = turns.merge(caller, 1, Integer::sum) - 1;
      List<Site> same = others.getOrDefault(caller, List.of());
      if (turn >= same.size()) {
        continue;
      }
      Site b = same.get(turn);
      for (int k = 0; k < Math.min(a.names().size(), b.names().size()); k++) {
        compare(withoutDescriptor(a.names().get(k)), withoutDescriptor(b.names().get(k)), all);
      }
    }
    return new VolatileNames(all);
  }

  /** Whose turns are counted. */
  private record Caller(String task, Sysno call) {
    static Caller of(Site site) {
      return new Caller(site.task(), site.call());
    }
  }

  private static void compare(String a, String b, List<NamePattern> patterns) {
    String[] left = a.split("/", -1);
    String[] right = b.split("/", -1);
    if (left.length != right.length) {
      return;
    }
    for (int i = 0; i < left.length; i++) {
      String x = left[i];
      String y = right[i];
      if (x.equals(y) || patterns.stream().anyMatch(p -> p.matches(x) && p.matches(y))) {
        continue;
      }
      NamePattern decimal = NamePattern.decimal(x, y);
      if (decimal.matches(x) && decimal.matches(y)) {
        patterns.add(decimal);
      } else if (x.length() == y.length()) {
        patterns.add(new NamePattern(commonPrefix(x, y), commonSuffix(x, y), x.length()));
      }
    }
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

  private static String commonPrefix(String x, String y) {
    int end = shared(x, y);
    for (int i = 0; i < BY_CHANCE && end > 0 && isRandom(x.charAt(end - 1)); i++) {
      end--;
    }
    return x.substring(0, end);
  }

  private static String commonSuffix(String x, String y) {
    int begin = x.length() - sharedEnd(x, y, 0);
    for (int i = 0; i < BY_CHANCE && begin < x.length() && isRandom(x.charAt(begin)); i++) {
      begin++;
    }
    return x.substring(begin);
  }

  private static boolean isRandom(char c) {
    return Character.isLetterOrDigit(c);
  }

  public boolean isEmpty() {
    return patterns.isEmpty();
  }

  /** True if some part of this path is of a form that was learnt to be volatile. */
  public boolean isVolatile(String path) {
    return !patterns.isEmpty() && !byPatterns(path).equals(path);
  }

  /**
   * The path with volatile parts replaced by what is constant in them. The number of a descriptor
   * is volatile by nature: another thread that opens a file at the same time shifts it.
   */
  public String normalize(String path) {
    String steady = withoutDescriptor(path);
    return patterns.isEmpty() ? steady : byPatterns(steady);
  }

  private static String withoutDescriptor(String path) {
    return path.startsWith("/proc/")
        ? DESCRIPTOR.matcher(path).replaceFirst("$1" + WILDCARD)
        : path;
  }

  private String byPatterns(String path) {
    String[] parts = path.split("/", -1);
    for (int i = 0; i < parts.length; i++) {
      for (NamePattern pattern : patterns) {
        if (pattern.matches(parts[i])) {
          parts[i] = pattern.prefix + WILDCARD + pattern.suffix;
          break;
        }
      }
    }
    return String.join("/", parts);
  }
}
