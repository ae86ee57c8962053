package dev.holdfast.prove.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A schedule as a word: {@code A12B3A4} is twelve turns of the first program, and so on. */
final class ReplayId {
  /** They take turns, call by call, for ever. */
  static final String IN_TURNS = "turns";

  private static final Pattern TURNS = Pattern.compile("([A-D])([0-9]{1,5})");

  private ReplayId() {}

  static String of(List<Integer> choices) {
    StringBuilder id = new StringBuilder();
    for (int i = 0; i < choices.size(); ) {
      int from = i;
      while (i < choices.size() && choices.get(i).equals(choices.get(from))) {
        i++;
      }
      id.append(Conductor.name(choices.get(from))).append(i - from);
    }
    return id.toString();
  }

  /** Who goes, turn by turn; null if this is no such word. */
  static @Nullable List<Integer> parse(String id) {
    List<Integer> choices = new ArrayList<>();
    Matcher turns = TURNS.matcher(id);
    int end = 0;
    while (end < id.length() && turns.find(end) && turns.start() == end) {
      int who = turns.group(1).charAt(0) - 'A';
      for (int i = Integer.parseInt(turns.group(2)); i > 0; i--) {
        choices.add(who);
      }
      end = turns.end();
    }
    return id.isEmpty() || end < id.length() ? null : choices;
  }
}
