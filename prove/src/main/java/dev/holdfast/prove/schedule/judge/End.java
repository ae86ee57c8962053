package dev.holdfast.prove.schedule.judge;

import dev.holdfast.prove.schedule.run.Actor;
import dev.holdfast.prove.schedule.run.EndState.Thing;
import dev.holdfast.prove.schedule.run.Trace;
import dev.holdfast.prove.trace.Ending;
import dev.holdfast.prove.watch.Raw;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The end of a run as it is compared: files by name, outputs and exit statuses by program.
 *
 * @param files raw names
 * @param outputs by program
 * @param errors what each said on its standard error
 * @param exits by program, as a shell counts
 */
record End(
    Map<String, Thing> files,
    Map<Integer, String> outputs,
    Map<Integer, String> errors,
    Map<Integer, Integer> exits) {
  private static final int SHOWN = 60;
  private static final String ABSENT = "is not there";

  /**
   * What differs: an aspect, and its two values for people.
   *
   * @param key the raw name of a file; of what is no file its name
   * @param name for people
   */
  record Difference(Kind kind, String key, String name, String here, String there) {
    enum Kind {
      FILE,
      OUTPUT,
      /** What is said on standard error. */
      ERRORS,
      EXIT
    }

    String told() {
      return name + ": " + here + ", not " + there;
    }

    /** A file that is there, where the other end has none. */
    boolean isMore() {
      return kind == Kind.FILE && there.equals(ABSENT);
    }
  }

  /**
   * @param who which programs ran, in the order of the trace
   */
  static End of(Trace trace, List<Integer> who) {
    Map<Integer, String> outputs = new HashMap<>();
    Map<Integer, String> errors = new HashMap<>();
    Map<Integer, Integer> exits = new HashMap<>();
    for (int i = 0; i < who.size(); i++) {
      outputs.put(who.get(i), trace.outputs().get(i));
      errors.put(who.get(i), trace.errors().get(i));
      exits.put(who.get(i), trace.endings().get(i).code());
    }
    return new End(trace.state(), outputs, errors, exits);
  }

  /** The same, but for what these programs printed and how they ended. */
  End without(Collection<Integer> programs) {
    Map<Integer, String> otherOutputs = new HashMap<>(outputs);
    Map<Integer, String> otherErrors = new HashMap<>(errors);
    Map<Integer, Integer> otherExits = new HashMap<>(exits);
    otherOutputs.keySet().removeAll(programs);
    otherErrors.keySet().removeAll(programs);
    otherExits.keySet().removeAll(programs);
    return new End(files, otherOutputs, otherErrors, otherExits);
  }

  static boolean gaveUp(Ending ending) {
    return ending instanceof Ending.Exited(int status) && status != 0;
  }

  /**
   * How this end differs from another one; programs that the other has not do not count.
   *
   * @param before what names are that only one of them changed
   */
  List<Difference> differences(End other, Map<String, Thing> before, Mask mask) {
    List<Difference> all = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>(new TreeMap<>(files).keySet());
    names.addAll(other.files.keySet());
    for (String name : names) {
      Thing here = mask.of(name, thing(name, before));
      Thing there = mask.of(name, other.thing(name, before));
      if (!here.equals(there)) {
        all.add(
            new Difference(
                Difference.Kind.FILE,
                name,
                Raw.display(name),
                shown(here, there),
                shown(there, here)));
      }
    }
    other.outputs.forEach(
        (who, there) ->
            said(Difference.Kind.OUTPUT, who, outputs.getOrDefault(who, ""), there, mask)
                .ifPresent(all::add));
    other.errors.forEach(
        (who, there) ->
            said(Difference.Kind.ERRORS, who, errors.getOrDefault(who, ""), there, mask)
                .ifPresent(all::add));
    other.exits.forEach(
        (who, there) -> {
          int here = exits.getOrDefault(who, 0);
          if (here != there) {
            String key = "exit status of " + Actor.name(who);
            all.add(new Difference(Difference.Kind.EXIT, key, key, status(here), status(there)));
          }
        });
    return all;
  }

  private static Optional<Difference> said(
      Difference.Kind kind, int who, String here, String there, Mask mask) {
    String key = key(kind, who);
    String masked = mask.of(key, here);
    String otherMasked = mask.of(key, there);
    return masked.equals(otherMasked)
        ? Optional.empty()
        : Optional.of(new Difference(kind, key, key, quoted(masked), quoted(otherMasked)));
  }

  /** What is said there, for people. */
  static String key(Difference.Kind kind, int who) {
    return (kind == Difference.Kind.ERRORS ? "standard error of " : "output of ") + Actor.name(who);
  }

  /** All that a program printed. */
  String said(int who) {
    return outputs.getOrDefault(who, "") + errors.getOrDefault(who, "");
  }

  /** The last line of what was printed, behind a colon; empty if there is none. */
  static String lastLine(String printed) {
    String[] lines = printed.strip().split("\n", -1);
    String last = lines[lines.length - 1].strip();
    return last.isEmpty() ? "" : ": " + Raw.display(last);
  }

  private static String status(int code) {
    return code == Ending.STILL_RUNS ? "none, it still runs" : String.valueOf(code);
  }

  Thing thing(String name, Map<String, Thing> before) {
    Thing changed = files.get(name);
    return changed == null ? before.getOrDefault(name, Thing.ABSENT) : changed;
  }

  /** True if all that differs are the places of whole lines, and what is said on errors. */
  boolean isInterleaving(End other, Map<String, Thing> before, Mask mask) {
    for (Difference each : differences(other, before, mask)) {
      if (each.kind == Difference.Kind.EXIT) {
        return false;
      }
    }
    Set<String> names = new LinkedHashSet<>(files.keySet());
    names.addAll(other.files.keySet());
    for (String name : names) {
      Thing here = mask.of(name, thing(name, before));
      Thing there = mask.of(name, other.thing(name, before));
      boolean mixed =
          here.isRegular()
              && there.isRegular()
              && here.with("").equals(there.with(""))
              && sameLines(here.contents(), there.contents());
      if (!here.equals(there) && !mixed) {
        return false;
      }
    }
    return other.outputs.entrySet().stream()
        .allMatch(
            said -> {
              String key = key(Difference.Kind.OUTPUT, said.getKey());
              String mine = outputs.getOrDefault(said.getKey(), "");
              return sameLines(mask.of(key, said.getValue()), mask.of(key, mine));
            });
  }

  private static boolean sameLines(String one, String other) {
    String[] lines = one.split("\n", -1);
    String[] others = other.split("\n", -1);
    Arrays.sort(lines);
    Arrays.sort(others);
    return Arrays.equals(lines, others);
  }

  private static String shown(Thing thing, Thing other) {
    if (thing.isAbsent()) {
      return ABSENT;
    }
    if (!other.isAbsent() && thing.with("").equals(other.with(""))) {
      return quoted(thing.contents());
    }
    String kind = thing.isRegular() ? quoted(thing.contents()) : "is there";
    boolean rights = thing.kind() == other.kind() && thing.permissions() != other.permissions();
    return kind + (rights ? String.format(" with mode %04o", thing.permissions()) : "");
  }

  private static String quoted(String contents) {
    String shown =
        contents.endsWith("\n") ? contents.substring(0, contents.length() - 1) : contents;
    shown = shown.replace("\n", " | ");
    shown = shown.length() > SHOWN ? shown.substring(0, SHOWN) + "..." : shown;
    return contents.isEmpty() ? "empty" : "\"" + Raw.display(shown) + "\"";
  }

  /** What differs from run to run of the same order, and is therefore not compared. */
  static final class Mask {
    private static final String NUMBERS = "[0-9a-fA-F]{6,}|[0-9]+";

    private final Map<String, Integer> levels = new HashMap<>();

    /** Learns from two runs of one order; names that differ themselves cannot be masked. */
    @Nullable String learn(End one, End other, Map<String, Thing> before) {
      for (String name : one.files.keySet()) {
        String a = one.thing(name, before).contents();
        learn(name, a, other.thing(name, before).contents());
      }
      learn(Difference.Kind.OUTPUT, one.outputs, other.outputs);
      learn(Difference.Kind.ERRORS, one.errors, other.errors);
      List<Difference> left = one.differences(other, before, this);
      return left.isEmpty() ? null : left.getFirst().told();
    }

    private void learn(Difference.Kind kind, Map<Integer, String> one, Map<Integer, String> other) {
      one.forEach((who, text) -> learn(key(kind, who), text, other.getOrDefault(who, "")));
    }

    private void learn(String key, String one, String other) {
      if (one.equals(other)) {
        return;
      }
      int level = one.replaceAll(NUMBERS, "#").equals(other.replaceAll(NUMBERS, "#")) ? 1 : 2;
      levels.merge(key, level, Math::max);
    }

    /** The names whose contents are compared in part, or not at all. */
    List<String> names() {
      return levels.keySet().stream().sorted().toList();
    }

    String of(String key, String text) {
      return switch (levels.getOrDefault(key, 0)) {
        case 0 -> text;
        case 1 -> text.replaceAll(NUMBERS, "#");
        default -> "";
      };
    }

    Thing of(String name, Thing thing) {
      return levels.containsKey(name) ? thing.with(of(name, thing.contents())) : thing;
    }
  }
}
