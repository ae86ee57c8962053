package dev.holdfast.prove.schedule.explore;

import dev.holdfast.prove.schedule.run.Actor;
import dev.holdfast.prove.schedule.run.Decision;
import dev.holdfast.prove.schedule.run.Family;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A schedule as a word: {@code A12B3A4} is twelve turns of the first program, and so on; {@code a1}
 * is its death.
 */
public final class ReplayId {
  /** They take turns, call by call, for ever. */
  public static final String IN_TURNS = "turns";

  private static final Pattern TURNS = Pattern.compile("([A-Da-d])([0-9]{1,5})");

  private static final Pattern TASK_TURNS = Pattern.compile("([0-9.]+)x([0-9]{1,5})");

  private ReplayId() {}

  /** The same for the processes of one command: {@code 0x3-0.1x12}. */
  static String of(List<Integer> choices, Family family) {
    List<String> id = new ArrayList<>();
    for (int i = 0; i < choices.size(); ) {
      int from = i;
      while (i < choices.size() && choices.get(i).equals(choices.get(from))) {
        i++;
      }
      id.add(family.processOf(choices.get(from)) + "x" + (i - from));
    }
    return String.join("-", id);
  }

  /** Turn by turn; null if this is no such word. */
  public static @Nullable List<Integer> parse(String id, Family family) {
    List<Integer> choices = new ArrayList<>();
    for (String part : id.split("-", -1)) {
      Matcher turns = TASK_TURNS.matcher(part);
      if (!turns.matches()) {
        return null;
      }
      int who = family.numberOf(turns.group(1));
      for (int i = Integer.parseInt(turns.group(2)); i > 0; i--) {
        choices.add(who);
      }
    }
    return choices;
  }

  static String of(List<Integer> choices) {
    StringBuilder id = new StringBuilder();
    for (int i = 0; i < choices.size(); ) {
      int from = i;
      while (i < choices.size() && choices.get(i).equals(choices.get(from))) {
        i++;
      }
      String name = Actor.name(Decision.programOf(choices.get(from)));
      boolean kill = Decision.isKill(choices.get(from));
      id.append(kill ? name.toLowerCase(Locale.ROOT) : name).append(i - from);
    }
    return id.toString();
  }

  /** Who goes, turn by turn; null if this is no such word. */
  public static @Nullable List<Integer> parse(String id) {
    List<Integer> choices = new ArrayList<>();
    Matcher turns = TURNS.matcher(id);
    int end = 0;
    while (end < id.length() && turns.find(end) && turns.start() == end) {
      char letter = turns.group(1).charAt(0);
      int who = letter < 'a' ? letter - 'A' : Decision.killOf(letter - 'a');
      for (int i = Integer.parseInt(turns.group(2)); i > 0; i--) {
        choices.add(who);
      }
      end = turns.end();
    }
    return id.isEmpty() || end < id.length() ? null : choices;
  }
}
