package dev.holdfast.prove.schedule;

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
final class ReplayId {
  /** They take turns, call by call, for ever. */
  static final String IN_TURNS = "turns";

  private static final Pattern TURNS = Pattern.compile("([A-Da-d])([0-9]{1,5})");

  private ReplayId() {}

  static String of(List<Integer> choices) {
    StringBuilder id = new StringBuilder();
    for (int i = 0; i < choices.size(); ) {
      int from = i;
      while (i < choices.size() && choices.get(i).equals(choices.get(from))) {
        i++;
      }
      String name = Conductor.name(Decision.programOf(choices.get(from)));
      boolean kill = Decision.isKill(choices.get(from));
      id.append(kill ? name.toLowerCase(Locale.ROOT) : name).append(i - from);
    }
    return id.toString();
  }

  /** Who goes, turn by turn; null if this is no such word. */
  static @Nullable List<Integer> parse(String id) {
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
