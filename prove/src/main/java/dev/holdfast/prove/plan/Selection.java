package dev.holdfast.prove.plan;

import dev.holdfast.prove.model.Kind;
import dev.holdfast.prove.model.LeftOut;
import dev.holdfast.prove.watch.Action;
import dev.holdfast.prove.watch.Binding;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Which scenarios are tried: all if they are few, else some of each kind. What makes a kind is told
 * apart as finely as the number allows: by the name that is changed; by its directory and suffix;
 * by strike, call, hazard and program alone.
 *
 * @param chosen in the program's order
 * @param leftOut for each kind of which not all were chosen, one entry
 */
public record Selection(List<Scenario> chosen, List<LeftOut> leftOut) {
  private static final Pattern DIGITS = Pattern.compile("[0-9]+");

  /** How finely kinds are told apart, finest first. */
  private enum Grain {
    NAME,
    PLACE,
    CALL
  }

  public Selection {
    chosen = List.copyOf(chosen);
    leftOut = List.copyOf(leftOut);
  }

  /**
   * Selects.
   *
   * @param each of a kind: the first, the last, and what is evenly between them
   * @param few so many are all tried, and more than so many kinds are told apart less finely
   */
  public static Selection of(List<Scenario> all, int each, int few) {
    if (all.size() <= few) {
      return new Selection(all, List.of());
    }
    Selection selection = new Selection(all, List.of());
    for (Grain grain : Grain.values()) {
      selection = of(all, each, grain);
      if (selection.chosen.size() <= few) {
        break;
      }
    }
    return selection;
  }

  private static Selection of(List<Scenario> all, int each, Grain grain) {
    Map<List<Object>, List<Integer>> kinds = new LinkedHashMap<>();
    for (int i = 0; i < all.size(); i++) {
      kinds.computeIfAbsent(kind(all.get(i), grain), _ -> new ArrayList<>()).add(i);
    }
    Set<Integer> chosen = new TreeSet<>();
    List<LeftOut> leftOut = new ArrayList<>();
    for (List<Integer> members : kinds.values()) {
      Set<Integer> some = some(members, each);
      chosen.addAll(some);
      if (some.size() < members.size()) {
        Scenario first = all.get(members.getFirst());
        leftOut.add(new LeftOut(first.window(), some.size(), members.size() - some.size()));
      }
    }
    return new Selection(chosen.stream().map(all::get).toList(), leftOut);
  }

  private static Set<Integer> some(List<Integer> members, int each) {
    Set<Integer> some = new TreeSet<>();
    int last = members.size() - 1;
    for (int i = 0; i < each; i++) {
      some.add(members.get(each == 1 ? 0 : (int) ((long) i * last / (each - 1))));
    }
    return some;
  }

  /** The programs that make the calls, and the places that are changed, tell kinds apart too. */
  private static List<Object> kind(Scenario scenario, Grain grain) {
    List<Object> kind = new ArrayList<>();
    kind.add(Kind.of(scenario.window()));
    for (Move move : scenario.moves()) {
      kind.add(program(move));
      kind.add(String.valueOf(move.command()));
      kind.add(place(move, grain));
    }
    return kind;
  }

  private static String program(Move move) {
    List<String> command = move.call().command();
    String path = command.isEmpty() ? "" : command.getFirst();
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private static String place(Move move, Grain grain) {
    Binding binding = move.binding();
    String path = binding == null ? String.join("\0", move.call().site().names()) : binding.path();
    return switch (grain) {
      case NAME -> path;
      case PLACE -> {
        int slash = path.lastIndexOf('/');
        int dot = path.lastIndexOf('.');
        String suffix = dot > slash + 1 ? path.substring(dot) : "";
        yield DIGITS.matcher(path.substring(0, slash + 1) + suffix).replaceAll("0");
      }
      case CALL -> "";
    };
  }

  /**
   * Heaviest first, for whoever may not wait for the end: what is run before what is written, and
   * that before what is only looked at; within the same weight what lies in the arenas first.
   *
   * @param inArena whether this path, raw, is in a directory that the user named
   */
  public static Comparator<Scenario> byWeight(Predicate<String> inArena) {
    return Comparator.<Scenario>comparingInt(s -> weight(s.last()))
        .thenComparing(s -> !inArena(s.last(), inArena));
  }

  private static boolean inArena(Move move, Predicate<String> inArena) {
    Binding binding = move.binding();
    return binding == null || inArena.test(binding.path());
  }

  private static int weight(Move move) {
    Action action = move.call().operation().action();
    return switch (action) {
      case EXEC -> 0;
      case OPEN -> move.call().operation().writes() ? 1 : 3;
      case MKDIR, MKNOD, SYMLINK, LINK, RENAME, UNLINK, RMDIR, MOUNT -> 1;
      default -> action.isCheck() ? 4 : 2;
    };
  }
}
