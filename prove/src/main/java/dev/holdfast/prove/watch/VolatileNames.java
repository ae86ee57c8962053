package dev.holdfast.prove.watch;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Names that differ from run to run, as those of mkstemp(3): learnt by comparing two runs, so that
 * a place can be found again under another name.
 *
 * <p>Only a name that occurs in one run and nowhere in the other teaches anything: a program that
 * comes to the same names in another order (a hash table with a salt, readdir(3), a pool of
 * threads) has none.
 */
public final class VolatileNames {
  public static final VolatileNames NONE = new VolatileNames(List.of(), Set.of());

  private static final Pattern DESCRIPTOR =
      Pattern.compile("^(/proc/[^/]+(?:/task/[^/]+)?/fd/)[0-9]+(?=/|$)");

  private final List<NamePattern> patterns;

  /** Names that are the same in every run, even if they look like one of the patterns. */
  private final Set<String> steady;

  private VolatileNames(List<NamePattern> patterns, Set<String> steady) {
    this.patterns = patterns;
    this.steady = steady;
  }

  /** The same, but these names, raw and without a slash, are not made up anew. */
  public VolatileNames except(Collection<String> names) {
    Set<String> all = new HashSet<>(steady);
    all.addAll(names);
    return new VolatileNames(patterns, all);
  }

  /** The names, without slashes, that occur in one of two runs and nowhere in the other. */
  public static Set<String> differing(List<Site> one, List<Site> other) {
    Set<String> all = names(one);
    Set<String> differing = names(other);
    for (String name : all) {
      if (!differing.remove(name)) {
        differing.add(name);
      }
    }
    return differing;
  }

  private static Set<String> names(List<Site> sites) {
    Set<String> names = new LinkedHashSet<>();
    for (Site site : sites) {
      for (String path : site.names()) {
        names.addAll(List.of(withoutDescriptor(path).split("/", -1)));
      }
    }
    return names;
  }

  /** Adds what two runs show: names of which each has its own in the same directory. */
  public VolatileNames learn(List<Site> one, List<Site> other) {
    Set<String> differing = differing(one, other);
    Set<String> both = new HashSet<>(names(one));
    both.removeAll(differing);
    VolatileNames learnt = except(both);
    differing.removeAll(steady);
    List<String[]> left = paths(one, differing);
    List<String[]> right = paths(other, differing);
    int deepest = left.stream().mapToInt(path -> path.length).max().orElse(0);
    // From the root down: what a directory's own name has in common must be known first.
    for (int depth = 0; depth < deepest; depth++) {
      Map<String, Set<String>> others = learnt.byDirectory(right, depth, differing);
      for (Map.Entry<String, Set<String>> here :
          learnt.byDirectory(left, depth, differing).entrySet()) {
        Set<String> there = others.getOrDefault(here.getKey(), Set.of());
        learnt = learnt.compare(here.getValue(), there).compare(there, here.getValue());
      }
    }
    return learnt;
  }

  private static List<String[]> paths(List<Site> sites, Set<String> wanted) {
    return sites.stream()
        .flatMap(site -> site.names().stream())
        .distinct()
        .map(path -> withoutDescriptor(path).split("/", -1))
        .filter(path -> List.of(path).stream().anyMatch(wanted::contains))
        .toList();
  }

  /** Of the paths, the names at a depth that are wanted, by what stands before them. */
  private Map<String, Set<String>> byDirectory(
      List<String[]> paths, int depth, Set<String> wanted) {
    Map<String, Set<String>> found = new LinkedHashMap<>();
    for (String[] path : paths) {
      if (depth < path.length && wanted.contains(path[depth])) {
        String directory = byPatterns(String.join("/", List.of(path).subList(0, depth)));
        found.computeIfAbsent(directory, _ -> new LinkedHashSet<>()).add(path[depth]);
      }
    }
    return found;
  }

  /** What each of some names has in common with the most similar of the others. */
  private VolatileNames compare(Set<String> names, Set<String> others) {
    List<NamePattern> all = new ArrayList<>(patterns);
    for (String name : names) {
      String best = "";
      int likeness = -1;
      if (all.stream().noneMatch(p -> p.matches(name))) {
        for (String other : others) {
          int alike = NamePattern.likeness(name, other);
          if (alike > likeness) {
            likeness = alike;
            best = other;
          }
        }
      }
      NamePattern pattern = likeness < 0 ? null : NamePattern.of(name, best);
      if (pattern != null) {
        all.add(pattern);
      }
    }
    return new VolatileNames(all, steady);
  }

  /** True if it knows forms of names that another one, from which it was learnt, does not. */
  public boolean hasMoreThan(VolatileNames less) {
    return patterns.size() > less.patterns.size();
  }

  public boolean isEmpty() {
    return patterns.isEmpty();
  }

  /** True if some part of this path is of a form that was learnt to be volatile. */
  public boolean isVolatile(String path) {
    return !patterns.isEmpty() && !byPatterns(path).equals(path);
  }

  /**
   * True if an attacker can know each part of a path at some moment.
   *
   * @param shown whether a text was to be seen before, in the name of a file or an argument
   */
  public boolean isKnowable(String path, Predicate<String> shown) {
    for (String name : path.split("/", -1)) {
      for (NamePattern pattern : patterns) {
        if (matches(pattern, name)) {
          if (!pattern.guessable() && !shown.test(pattern.secret(name))) {
            return false;
          }
          break;
        }
      }
    }
    return true;
  }

  /**
   * The path with volatile parts replaced by what is constant in them. The number of a descriptor
   * is volatile by nature: another thread that opens a file at the same time shifts it.
   */
  public String normalize(String path) {
    String steadyPath = withoutDescriptor(path);
    return patterns.isEmpty() ? steadyPath : byPatterns(steadyPath);
  }

  private static String withoutDescriptor(String path) {
    return path.startsWith("/proc/") ? DESCRIPTOR.matcher(path).replaceFirst("$1*") : path;
  }

  private String byPatterns(String path) {
    String[] parts = path.split("/", -1);
    for (int i = 0; i < parts.length; i++) {
      for (NamePattern pattern : patterns) {
        if (matches(pattern, parts[i])) {
          parts[i] = pattern.normal();
          break;
        }
      }
    }
    return String.join("/", parts);
  }

  private boolean matches(NamePattern pattern, String name) {
    return pattern.matches(name) && !steady.contains(name);
  }
}
