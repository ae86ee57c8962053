package dev.holdfast.prove.plan;

import dev.holdfast.prove.model.Window;
import dev.holdfast.prove.watch.Binding;
import dev.holdfast.prove.watch.Raw;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Which windows somebody wants to hear of.
 *
 * @param only words: a call, a row of the catalogue, a strike, or an absolute path; a window needs
 *     to be of one of them, if there are any
 * @param under directories; what is changed must be in one of them, if there are any
 * @param exclude absolute paths or glob patterns; what is changed must be at or below none of them
 */
public record Filter(List<String> only, List<Path> under, List<String> exclude) {
  /** Among what was pruned: what is of no word that was given. */
  public static final String NOT_ASKED_FOR = "not asked for";

  /** Takes all. */
  public static final Filter NONE = new Filter(List.of(), List.of(), List.of());

  public Filter {
    only = List.copyOf(only);
    under = List.copyOf(under);
    exclude = List.copyOf(exclude);
  }

  /** The plan without what is not wanted; how much that is stands among what was pruned. */
  public Plan of(Plan plan) {
    if (equals(NONE)) {
      return plan;
    }
    List<PathMatcher> excluded = exclude.stream().map(Filter::matcher).toList();
    List<Scenario> asked =
        plan.scenarios().stream().filter(s -> isWanted(s) && isInside(s)).toList();
    List<Scenario> wanted = asked.stream().filter(s -> !isExcluded(s, excluded)).toList();
    return new Plan(wanted, plan.pruned())
        .without(NOT_ASKED_FOR, plan.scenarios().size() - asked.size())
        .without("excluded", asked.size() - wanted.size());
  }

  private boolean isWanted(Scenario scenario) {
    return only.isEmpty() || only.stream().anyMatch(word -> is(scenario, word));
  }

  private static boolean is(Scenario scenario, String word) {
    if (word.startsWith("/")) {
      return places(scenario).anyMatch(place -> place.startsWith(Path.of(word).normalize()));
    }
    Window window = scenario.window();
    return Stream.of(window.use().call(), window.hazard().name(), window.strike().id())
        .anyMatch(word.toLowerCase(Locale.ROOT)::equalsIgnoreCase);
  }

  private boolean isInside(Scenario scenario) {
    return under.isEmpty()
        || places(scenario).anyMatch(p -> under.stream().anyMatch(p::startsWith));
  }

  private static boolean isExcluded(Scenario scenario, List<PathMatcher> excluded) {
    return places(scenario).anyMatch(p -> isExcluded(p, excluded));
  }

  /** The name itself, or a directory that it is in. */
  private static boolean isExcluded(Path place, List<PathMatcher> excluded) {
    for (Path path = place; path != null; path = path.getParent()) {
      Path each = path;
      if (excluded.stream().anyMatch(matcher -> matcher.matches(each))) {
        return true;
      }
    }
    return false;
  }

  private static PathMatcher matcher(String pattern) {
    return FileSystems.getDefault().getPathMatcher("glob:" + pattern);
  }

  private static void add(List<Path> places, String path) {
    try {
      places.add(Path.of(path).normalize());
    } catch (InvalidPathException notInThisLocale) {
      // Then no word of the user's means it.
    }
  }

  /** What the moves change; a move that changes no name is where its call is. */
  private static Stream<Path> places(Scenario scenario) {
    List<Path> places = new ArrayList<>();
    for (Move move : scenario.moves()) {
      Binding binding = move.binding();
      List<String> raw = binding == null ? move.call().site().names() : List.of(binding.path());
      for (String path : raw) {
        if (path.startsWith("/")) {
          add(places, Raw.display(path));
        }
      }
    }
    return places.stream();
  }
}
